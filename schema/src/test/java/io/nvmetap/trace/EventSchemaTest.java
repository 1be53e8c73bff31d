package io.nvmetap.trace;

import static org.assertj.core.api.Assertions.assertThat;

import io.nvmetap.event.EventKind;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.apache.avro.Schema;
import org.apache.avro.SchemaCompatibility;
import org.apache.avro.SchemaCompatibility.SchemaCompatibilityType;
import org.apache.avro.SchemaNormalization;
import org.apache.avro.idl.IdlReader;
import org.junit.jupiter.api.Test;

class EventSchemaTest {
    @Test
    void shouldShipTheSchemaThatTheIdlDescribes() throws IOException {
        Schema idl =
                new IdlReader()
                        .parse(Path.of("src/main/avro/events.avdl"))
                        .getProtocol()
                        .getType("io.nvmetap.event.Event");
        assertThat(EventSchema.json())
                .as("the resource of version %d must be: %s", EventSchema.VERSION, idl)
                .isEqualTo(idl.toString());
    }

    @Test
    void shouldKnowItsOwnFingerprint() {
        Schema schema = new Schema.Parser().parse(EventSchema.json());
        assertThat(EventSchema.FINGERPRINT)
                .isEqualTo(SchemaNormalization.parsingFingerprint64(schema));
        assertThat(EventSchema.version(EventSchema.FINGERPRINT)).isEqualTo(EventSchema.VERSION);
        assertThat(EventSchema.version(EventSchema.FINGERPRINT + 1)).isZero();
    }

    @Test
    void shouldReadEveryVersionBefore() {
        Schema newest = new Schema.Parser().parse(EventSchema.json());
        List<Schema> kinds = newest.getField("body").schema().getTypes();
        for (int version = 1; version < EventSchema.VERSION; version++) {
            String json = EventSchema.json(version);
            Schema old = new Schema.Parser().parse(json);
            assertThat(EventSchema.version(json)).isEqualTo(version);
            assertThat(EventSchema.version(SchemaNormalization.parsingFingerprint64(old)))
                    .isEqualTo(version);
            assertThat(SchemaCompatibility.checkReaderWriterCompatibility(newest, old).getType())
                    .isEqualTo(SchemaCompatibilityType.COMPATIBLE);
            List<Schema> oldKinds = old.getField("body").schema().getTypes();
            for (int i = 0; i < oldKinds.size(); i++) {
                assertContinues(kinds.get(i), oldKinds.get(i));
            }
        }
        assertThat(EventSchema.version("{}")).isZero();
    }

    /** The fields there were, as they were; those added have a default. */
    private static void assertContinues(Schema kind, Schema old) {
        assertThat(kind.getFullName()).isEqualTo(old.getFullName());
        for (Schema.Field field : kind.getFields()) {
            if (field.pos() >= old.getFields().size()) {
                assertThat(field.hasDefaultValue()).as(kind + " " + field).isTrue();
                continue;
            }
            Schema.Field before = old.getFields().get(field.pos());
            assertThat(field.name()).isEqualTo(before.name());
            assertThat(canonical(field.schema())).isEqualTo(canonical(before.schema()));
        }
    }

    private static String canonical(Schema schema) {
        return SchemaNormalization.toParsingForm(schema);
    }

    @Test
    void shouldHaveOneKindForEachUnionBranchInOrder() {
        Schema schema = new Schema.Parser().parse(EventSchema.json());
        assertThat(schema.getField("body").schema().getTypes().stream().map(Schema::getName))
                .containsExactlyElementsOf(
                        Arrays.stream(EventKind.values()).map(EventKind::schemaName).toList());
    }
}
