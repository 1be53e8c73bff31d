package io.nvmetap.export.perfetto;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.HexFormat;
import org.junit.jupiter.api.Test;

class PacketWriterTest {
    private final ByteArrayOutputStream out = new ByteArrayOutputStream();
    private final PacketWriter writer = new PacketWriter(out);

    @Test
    void shouldWriteNumbersBytesAndTextAsProtobufDoes() {
        ProtoWriter w = new ProtoWriter();
        w.number(1, 150).number(16, 0).number(3, -1).fixed64(47, 0x0102).text(2, "é");
        assertThat(HexFormat.of().formatHex(w.buffer(), 0, w.length()))
                .isEqualTo(
                        "089601"
                                + "800100"
                                + "18ffffffffffffffffff01"
                                + "f9020201000000000000"
                                + "1202c3a9");
        ProtoWriter outer = new ProtoWriter().message(5, w);
        assertThat(outer.buffer()[0]).isEqualTo((byte) 0x2a);
        assertThat(outer.length()).isEqualTo(w.length() + 2);
    }

    /** Bytes by hand from the published messages: who changes them changes what the UI reads. */
    @Test
    void shouldWriteTheBytesOfASmallTrace() throws IOException {
        writer.track(7, 3, "t", 2, true, false);
        writer.begin(Fields.TYPE_SLICE_BEGIN, 7, 100, "c", "n").flow(5, false).note("k", 9).write();
        writer.begin(Fields.TYPE_SLICE_END, 7, 101, "", "").note("k", "v").write();
        writer.track(8, 0, "d", 0, false, true);
        writer.begin(Fields.TYPE_COUNTER, 8, 101, "", "").value(2).write();
        assertThat(HexFormat.of().formatHex(out.toByteArray()))
                .isEqualTo(
                        "0a0e"
                                + "e2030b"
                                + "0807"
                                + "120174"
                                + "2803"
                                + "5803"
                                + "6002"
                                + "0a37"
                                + "4064"
                                + "5001"
                                + "6803"
                                + "6215"
                                + "0a0508011201"
                                + "63"
                                + "120508011201"
                                + "6e"
                                + "1a0508011201"
                                + "6b"
                                + "5a18"
                                + "4801"
                                + "5807"
                                + "1801"
                                + "5001"
                                + "f9020500000000000000"
                                + "220408012009"
                                + "0a13"
                                + "4065"
                                + "5001"
                                + "6802"
                                + "5a0b"
                                + "4802"
                                + "5807"
                                + "22050801320176"
                                + "0a0e"
                                + "e2030b"
                                + "0808"
                                + "120164"
                                + "42021802"
                                + "6000"
                                + "0a0f"
                                + "4065"
                                + "5001"
                                + "6802"
                                + "5a07"
                                + "4804"
                                + "5808"
                                + "f00102");
    }

    @Test
    void shouldWriteOutNamesThatAreTooManyToIntern() throws IOException {
        writer.track(1, 0, "t", 0, false, false);
        for (int i = 0; i <= PacketWriter.NAMES_MAX; i++) {
            writer.begin(Fields.TYPE_INSTANT, 1, i, "", "name " + i).write();
        }
        writer.begin(Fields.TYPE_INSTANT, 1, 1 << 20, "", "name 0").write();
        DrawnTrace t = DrawnTrace.read(out.toByteArray());
        assertThat(t.marks).hasSize(PacketWriter.NAMES_MAX + 2);
        assertThat(t.marks.get(PacketWriter.NAMES_MAX).name()).isEqualTo("name 4096");
        assertThat(t.marks.get(PacketWriter.NAMES_MAX + 1).name()).isEqualTo("name 0");
    }

    @Test
    void shouldCutLongTexts() throws IOException {
        String text = "x".repeat(PacketWriter.TEXT_MAX + 1);
        writer.track(1, 0, text, 0, false, false);
        writer.beginOnce(1, -5, text).note("k", text).write();
        DrawnTrace.Mark mark = DrawnTrace.read(out.toByteArray()).marks.get(0);
        assertThat(mark.name()).hasSize(PacketWriter.TEXT_MAX);
        assertThat(mark.track()).hasSize(PacketWriter.TEXT_MAX);
        assertThat(mark.notes().get("k").toString()).hasSize(PacketWriter.TEXT_MAX);
        assertThat(mark.time()).isZero();
    }
}
