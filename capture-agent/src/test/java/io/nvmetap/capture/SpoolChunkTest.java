package io.nvmetap.capture;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.nvmetap.event.AvroIn;
import io.nvmetap.event.AvroOut;
import io.nvmetap.event.CapturedEvent;
import io.nvmetap.event.EventCodec;
import io.nvmetap.event.EventKind;
import io.nvmetap.nvme.Opcodes;
import io.nvmetap.nvme.Sqe;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.zip.CRC32C;
import org.junit.jupiter.api.Test;

class SpoolChunkTest {
    private static final byte[] KEY = {7, 7, 7};
    private static final int PAGES = 5;

    private static CapturedEvent command(long seq) {
        byte[] sqe = new byte[Sqe.SIZE];
        Sqe.putOpcode(sqe, 0, Opcodes.IO_READ);
        CapturedEvent e = new CapturedEvent();
        e.asCommand(EventKind.COMMAND_FETCHED, 1, 0, sqe, 0, sqe.length).at(seq, seq, 0, 0);
        for (int i = 0; i < PAGES; i++) {
            e.page(0x10_0000L + 4096L * i, 4096);
        }
        return e;
    }

    private static byte[] newest(CapturedEvent e) {
        AvroOut out = new AvroOut(256);
        EventCodec.encode(e, out);
        return Arrays.copyOf(out.buffer(), out.position());
    }

    /** A command as versions 1 and 2 wrote it: the whole entry, every page, and nothing after. */
    private static byte[] older(CapturedEvent e) {
        AvroOut out = new AvroOut(256);
        out.writeFixedLong(e.sessionHigh).writeFixedLong(e.sessionLow);
        out.writeLong(e.controller).writeLong(e.seq).writeLong(e.timeNs).writeLong(e.cpu);
        out.writeLong(e.side.ordinal()).writeLong(e.kind.ordinal());
        out.writeLong(e.qid).writeLong(e.slot).writeBytes(e.entry, 0, e.entryBytes);
        out.writeLong(e.known).writeLong(e.owner.ordinal()).writeLong(e.commandId);
        out.writeLong(e.dataBytes).writeBoolean(e.sgl).writeLong(e.pageCount);
        for (int i = 0; i < e.pageCount; i++) {
            out.writeLong(e.pageAddress[i]).writeLong(e.pageLengthBytes[i]);
        }
        out.writeLong(0);
        return Arrays.copyOf(out.buffer(), out.position());
    }

    /** A file: what it begins with, events, and their checksum. */
    private static byte[] file(int[] mark, byte[]... bodies) {
        ByteBuffer file = ByteBuffer.allocate(4096);
        for (int number : mark) {
            file.putInt(number);
        }
        for (byte[] body : bodies) {
            file.putInt(KEY.length).put(KEY).putInt(body.length).put(body);
        }
        CRC32C crc = new CRC32C();
        crc.update(file.array(), 0, file.position());
        file.putInt((int) crc.getValue());
        return Arrays.copyOf(file.array(), file.position());
    }

    private static void assertHolds(SpoolChunk chunk, int count) throws IOException {
        assertThat(chunk.events()).isEqualTo(count);
        CapturedEvent got = new CapturedEvent();
        long[] next = {0};
        chunk.forEach(
                (key, from, at, bytes) -> {
                    assertThat(key).isEqualTo(KEY);
                    EventCodec.decode(new AvroIn().wrap(from, at, bytes), got);
                    assertThat(newest(got)).isEqualTo(newest(command(next[0]++)));
                });
        assertThat(next[0]).isEqualTo(count);
    }

    @Test
    void shouldSendAsTheNewestVersionWhatAnOlderOneLeft() throws IOException {
        byte[] file = file(new int[0], older(command(0)), older(command(1)));
        SpoolChunk left = new SpoolChunk();
        left.restore(file);
        assertHolds(left, 2);
        assertThat(left.length()).isLessThan(file.length);
    }

    @Test
    void shouldReadBackWhatItWrote() throws IOException {
        SpoolChunk chunk = new SpoolChunk();
        for (int i = 0; i < 3; i++) {
            byte[] body = newest(command(i));
            chunk.append(KEY, body, 0, body.length);
        }
        byte[] image = chunk.image().array();
        assertThat(image)
                .isEqualTo(
                        file(
                                new int[] {-EventCodec.VERSION},
                                newest(command(0)),
                                newest(command(1)),
                                newest(command(2))));
        SpoolChunk back = new SpoolChunk();
        back.restore(image);
        assertHolds(back, 3);
        assertThat(back.length()).isEqualTo(chunk.length());
    }

    @Test
    void shouldRefuseWhatANewerVersionLeftAndWhatIsNoEventOfTheOlder() {
        byte[] newer = file(new int[] {-EventCodec.VERSION - 1}, newest(command(0)));
        assertThatThrownBy(() -> new SpoolChunk().restore(newer))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("newer");
        byte[] noEvent = file(new int[0], new byte[] {1, 2, 3});
        assertThatThrownBy(() -> new SpoolChunk().restore(noEvent))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("an event in it is none");
        byte[] least = file(new int[] {Integer.MIN_VALUE});
        assertThatThrownBy(() -> new SpoolChunk().restore(least)).isInstanceOf(IOException.class);
    }
}
