package io.nvmetap.trace;

import static org.assertj.core.api.Assertions.assertThat;

import io.nvmetap.event.EventKind;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
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
                .as("resource %s must be: %s", EventSchema.RESOURCE, idl)
                .isEqualTo(idl.toString());
    }

    @Test
    void shouldKnowItsOwnFingerprint() {
        Schema schema = new Schema.Parser().parse(EventSchema.json());
        assertThat(EventSchema.FINGERPRINT)
                .isEqualTo(SchemaNormalization.parsingFingerprint64(schema));
    }

    @Test
    void shouldHaveOneKindForEachUnionBranchInOrder() {
        Schema schema = new Schema.Parser().parse(EventSchema.json());
        assertThat(schema.getField("body").schema().getTypes().stream().map(Schema::getName))
                .containsExactlyElementsOf(
                        Arrays.stream(EventKind.values()).map(EventKind::schemaName).toList());
    }
}
