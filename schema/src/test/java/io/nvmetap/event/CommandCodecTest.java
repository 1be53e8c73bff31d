package io.nvmetap.event;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class CommandCodecTest {
    private static final long SEED = 0xC0DEC;
    private static final int ENTRY_BYTES = 64;
    private static final int PAGE = 4096;

    /** Bytes of a command without an entry that is not zero and without pages. */
    private static final int BARE_BYTES = encode(command()).length;

    private static CapturedEvent command() {
        byte[] sqe = new byte[ENTRY_BYTES];
        return new CapturedEvent()
                .asCommand(EventKind.COMMAND_FETCHED, 1, 0, sqe, 0, ENTRY_BYTES)
                .at(0, 0, -1, 0);
    }

    private static byte[] encode(CapturedEvent e) {
        AvroOut out = new AvroOut(16);
        EventCodec.encode(e, out);
        return Arrays.copyOf(out.buffer(), out.position());
    }

    private static CapturedEvent decode(byte[] body) {
        CapturedEvent e = new CapturedEvent();
        // What an entry read before has left must not show through.
        Arrays.fill(e.entry, (byte) 0xEE);
        AvroIn in = new AvroIn().wrap(body, 0, body.length);
        EventCodec.decode(in, e);
        assertThat(in.remaining()).isZero();
        return e;
    }

    private static void assertSame(CapturedEvent got, CapturedEvent e) {
        assertThat(Arrays.copyOf(got.entry, got.entryBytes))
                .isEqualTo(Arrays.copyOf(e.entry, e.entryBytes));
        assertThat(Arrays.copyOf(got.pageAddress, got.pageCount))
                .isEqualTo(Arrays.copyOf(e.pageAddress, e.pageCount));
        assertThat(Arrays.copyOf(got.pageLengthBytes, got.pageCount))
                .isEqualTo(Arrays.copyOf(e.pageLengthBytes, e.pageCount));
    }

    @Test
    void shouldReadBackEveryEntryAndEveryPageAsItWas() {
        EventSamples samples = new EventSamples(SEED);
        Random random = new Random(SEED);
        for (int i = 0; i < 20_000; i++) {
            CapturedEvent e = samples.of(EventKind.COMMAND_EMITTED);
            if (i % 100 == 0) {
                samples.pages(e, random.nextInt(CapturedEvent.PAGES_MAX + 1));
            }
            CapturedEvent got = decode(encode(e));
            assertThat(encode(got)).as("seed %x, sample %d", SEED, i).isEqualTo(encode(e));
            assertSame(got, e);
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 7, 8, 9, 33, 63, 64, 127, 128})
    void shouldLeaveOutOnlyTheZerosAtTheEndOfAnEntry(int entryBytes) {
        for (int last = 0; last < entryBytes; last++) {
            CapturedEvent e = command();
            e.entryBytes = entryBytes;
            e.entry[last] = (byte) 0x80;
            byte[] bytes = encode(e);
            assertThat(bytes.length)
                    .isBetween(BARE_BYTES - 1 + last + 1, BARE_BYTES + 2 + last + 1);
            assertSame(decode(bytes), e);
        }
    }

    /** One page for a list, six for a transfer of 24 KiB in two runs; the bytes are counted. */
    @Test
    void shouldTellPagesThatLieTogetherOnce() {
        CapturedEvent e = command().page(0x1_0000_0200L, PAGE - 0x200);
        int listed = encode(e).length;
        assertThat(listed).isEqualTo(BARE_BYTES + 1 + 5 + 2);
        e.pages(0x1_0000_1000L, PAGE, 3).pages(0x1_0008_0000L, PAGE, 2);
        // A count and, for each run, one byte of skip (0; 124 pages need two) and one of pages.
        assertThat(encode(e).length).isEqualTo(listed + 1 + 2 + 3);
        e.pageLengthBytes[e.pageCount - 1] = 512;
        assertThat(encode(e).length).isEqualTo(listed + 1 + 2 + 3 + 1);
        assertSame(decode(encode(e)), e);
    }

    @ParameterizedTest
    @CsvSource({
        "0x1000, 4096, 0x2001, 4096",
        "0x1000, 4095, 0x2000, 4096",
        "0x1000, 4096, 0x2000, 4097",
        "0x1000, 4096, 0x2000, 0",
        "0x1000, 4096, 0x2000, -1"
    })
    void shouldListPagesThatAreNoRuns(
            String first, int firstBytes, String second, int secondBytes) {
        CapturedEvent e = command().page(Long.decode(first), firstBytes);
        e.page(Long.decode(second), secondBytes);
        byte[] bytes = encode(e);
        assertThat(bytes[bytes.length - 2]).as("runs").isZero();
        assertSame(decode(bytes), e);
    }

    @Test
    void shouldCountAddressesModulo2ToThe64th() {
        CapturedEvent e = command().page(Long.MAX_VALUE - PAGE + 1, PAGE);
        e.page(Long.MIN_VALUE, PAGE).page(-PAGE, PAGE).page(0, PAGE).page(Long.MIN_VALUE, 1);
        byte[] bytes = encode(e);
        assertThat(bytes[bytes.length - 1] | bytes[bytes.length - 2]).as("cut").isNotZero();
        assertSame(decode(bytes), e);
    }

    @Test
    void shouldReadRunsWithoutAPageBeforeThemFromAddressZero() {
        CapturedEvent e = decode(tail(0, out -> out.writeLong(1).writeLong(2).writeLong(3), 96));
        assertThat(Arrays.copyOf(e.pageAddress, e.pageCount))
                .containsExactly(0x2000, 0x3000, 0x4000);
        assertThat(Arrays.copyOf(e.pageLengthBytes, e.pageCount)).containsExactly(4096, 4096, 4000);
    }

    private interface Runs {
        void write(AvroOut out);
    }

    /** A command whose entry has no byte, and after its list of pages what is given. */
    private static byte[] tail(int zeros, Runs runs, int cut) {
        AvroOut out = new AvroOut(64).writeFixed(encode(command()), 0, BARE_BYTES - 4);
        out.writeLong(zeros);
        runs.write(out);
        out.writeLong(0).writeLong(cut);
        return Arrays.copyOf(out.buffer(), out.position());
    }

    private static void assertMalformed(byte[] body) {
        assertThatThrownBy(() -> decode(body)).isInstanceOf(MalformedEventException.class);
    }

    @Test
    void shouldSayMalformedWhenAnEntryIsLargerThanTheLargest() {
        assertThat(decode(tail(128, out -> {}, 0)).entryBytes).isEqualTo(128);
        assertMalformed(tail(129, out -> {}, 0));
        assertMalformed(tail(-1, out -> {}, 0));
        assertMalformed(tail(Integer.MAX_VALUE, out -> {}, 0));
    }

    @Test
    void shouldSayMalformedWhenRunsClaimMorePagesThanACommandMayHave() {
        int most = CapturedEvent.PAGES_MAX;
        assertThat(decode(tail(64, out -> run(out, 0, most), 0)).pageCount).isEqualTo(most);
        assertMalformed(tail(64, out -> run(out, 0, most + 1), 0));
        assertMalformed(tail(64, out -> run(out, 0, Integer.MAX_VALUE), 0));
        assertMalformed(tail(64, out -> run(out, 0, 1L << 40), 0));
        assertMalformed(
                tail(
                        64,
                        out -> {
                            run(out, 0, most);
                            run(out, 0, 1);
                        },
                        0));
    }

    @Test
    void shouldSayMalformedWhenARunIsNone() {
        assertMalformed(tail(64, out -> run(out, 0, 0), 0));
        assertMalformed(tail(64, out -> run(out, 0, -1), 0));
        assertThat(decode(tail(64, out -> run(out, 1L << 50, 1), 0)).pageCount).isOne();
        assertMalformed(tail(64, out -> run(out, 1L << 51, 1), 0));
        assertMalformed(tail(64, out -> run(out, Long.MIN_VALUE, 1), 0));
    }

    @Test
    void shouldSayMalformedWhenTheLastPageIsCutByMoreThanItHas() {
        assertThat(decode(tail(64, out -> run(out, 0, 1), 4095)).pageLengthBytes[0]).isOne();
        assertMalformed(tail(64, out -> run(out, 0, 1), 4096));
        assertMalformed(tail(64, out -> run(out, 0, 1), -1));
        assertMalformed(tail(64, out -> {}, 1));
    }

    private static void run(AvroOut out, long skip, long pages) {
        out.writeLong(1).writeLong(skip).writeLong(pages);
    }
}
