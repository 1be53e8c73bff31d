package io.nvmetap.trace;

import static org.assertj.core.api.Assertions.assertThat;

import io.nvmetap.event.EventKind;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.apache.avro.Schema;
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
        assertThat(EventSchema.reads(EventSchema.FINGERPRINT)).isTrue();
        assertThat(EventSchema.reads(EventSchema.FINGERPRINT + 1)).isFalse();
    }

    @Test
    void shouldReadEveryVersionBefore() {
        Schema newest = new Schema.Parser().parse(EventSchema.json());
        List<Schema> kinds = newest.getField("body").schema().getTypes();
        for (int version = 1; version < EventSchema.VERSION; version++) {
            String json = EventSchema.json(version);
            Schema old = new Schema.Parser().parse(json);
            assertThat(EventSchema.reads(json)).isTrue();
            assertThat(EventSchema.reads(SchemaNormalization.parsingFingerprint64(old))).isTrue();
            List<Schema> oldKinds = old.getField("body").schema().getTypes();
            for (int i = 0; i < oldKinds.size(); i++) {
                assertThat(canonical(kinds.get(i))).isEqualTo(canonical(oldKinds.get(i)));
            }
        }
        assertThat(EventSchema.reads("{}")).isFalse();
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
