package io.nvmetap.nvme;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.nvmetap.nvme.PrpWalk.Result;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class PrpWalkTest {
    private static final int PAGE = 4096;
    private static final long DATA = 0x1000_0000L;
    private static final long LISTS = 0x2000_0000L;
    private static final long JUNK = 0xDEAD_BEEF_0000_0123L;

    private final Map<Long, Long> memory = new HashMap<>();
    private final PageList out = new PageList();
    private int reads;

    private Result walk(long prp1, long prp2, long length) {
        return walk(prp1, prp2, length, PAGE);
    }

    private Result walk(long prp1, long prp2, long length, int pageSize) {
        reads = 0;
        return PrpWalk.walk(prp1, prp2, length, pageSize, this::read, out);
    }

    private long read(long address) {
        reads++;
        return memory.getOrDefault(address, PrpWalk.UNREADABLE);
    }

    /** Writes a list of {@code pages} data pages from {@code start}, chained as a driver would. */
    private void writeLists(long start, int pages) {
        long at = start;
        int nextList = 1;
        for (int i = 0; i < pages; i++) {
            boolean last = (at & PAGE - 1) == PAGE - 8;
            if (last && pages - i > 1) {
                long next = LISTS + 0x10_0000L * nextList++;
                memory.put(at, next);
                at = next;
            }
            memory.put(at, DATA + (long) (i + 1) * PAGE);
            at += 8;
        }
    }

    @Test
    void shouldIgnoreJunkInPrp2WhenPrp1Suffices() {
        assertThat(walk(DATA, JUNK, PAGE)).isEqualTo(Result.OK);
        assertThat(out.size()).isEqualTo(1);
        assertThat(out.length(0)).isEqualTo(PAGE);
        assertThat(walk(DATA + 0x200, JUNK, PAGE - 0x200)).isEqualTo(Result.OK);
        assertThat(out.address(0)).isEqualTo(DATA + 0x200);
        assertThat(reads).isZero();
    }

    @Test
    void shouldSplitAnUnalignedIdentifyOverTwoPages() {
        assertThat(walk(0x3e534018L, 0x3e535000L, 4096)).isEqualTo(Result.OK);
        assertThat(out.size()).isEqualTo(2);
        assertThat(out.length(0)).isEqualTo(4072);
        assertThat(out.address(1)).isEqualTo(0x3e535000L);
        assertThat(out.length(1)).isEqualTo(24);
        assertThat(out.listCount()).isZero();
    }

    @Test
    void shouldTakePrp2AsAPageUpToOneMorePageAndAsAListBeyond() {
        assertThat(walk(DATA, DATA + PAGE, 2 * PAGE)).isEqualTo(Result.OK);
        assertThat(reads).isZero();
        writeLists(LISTS, 2);
        assertThat(walk(DATA, LISTS, 2 * PAGE + 1)).isEqualTo(Result.OK);
        assertThat(out.size()).isEqualTo(3);
        assertThat(out.length(2)).isEqualTo(1);
        assertThat(out.listAddress(0)).isEqualTo(LISTS);
        // With an offset in PRP1 the same two pages of data need three segments.
        assertThat(walk(DATA + 4, LISTS, 2 * PAGE)).isEqualTo(Result.OK);
        assertThat(out.size()).isEqualTo(3);
        assertThat(out.totalBytes()).isEqualTo(2 * PAGE);
    }

    @ParameterizedTest
    @ValueSource(ints = {2, 510, 511, 512, 513, 1022, 1023, 1024, 1533, 1534})
    void shouldWalkFullListPages(int entries) {
        writeLists(LISTS, entries);
        long length = (entries + 1L) * PAGE;
        assertThat(walk(DATA, LISTS, length)).isEqualTo(Result.OK);
        assertThat(out.size()).isEqualTo(entries + 1);
        assertThat(out.totalBytes()).isEqualTo(length);
        for (int i = 0; i < out.size(); i++) {
            assertThat(out.address(i)).isEqualTo(DATA + (long) i * PAGE);
        }
        // 512 entries fill a page; 513 need a second one, whose pointer takes the last place.
        assertThat(out.listCount()).isEqualTo(entries <= 512 ? 1 : entries <= 1023 ? 2 : 3);
        assertThat(reads).isEqualTo(entries + out.listCount() - 1);
    }

    @ParameterizedTest
    @ValueSource(longs = {0x200, 0x8, 0xFF0})
    void shouldBeginAListAtAnOffset(long offset) {
        writeLists(LISTS + offset, 600);
        assertThat(walk(DATA + 0x200, LISTS + offset, 600L * PAGE)).isEqualTo(Result.OK);
        assertThat(out.size()).isEqualTo(601);
        assertThat(out.length(600)).isEqualTo(0x200);
        assertThat(out.totalBytes()).isEqualTo(600L * PAGE);
    }

    @Test
    void shouldTakeTheOnlyPlaceAtFf8AsAPointerWhenTwoPagesAreToCome() {
        writeLists(LISTS + 0xFF8, 2);
        assertThat(walk(DATA, LISTS + 0xFF8, 3 * PAGE)).isEqualTo(Result.OK);
        assertThat(out.listCount()).isEqualTo(2);
        assertThat(out.address(1)).isEqualTo(DATA + PAGE);
        assertThat(out.address(2)).isEqualTo(DATA + 2 * PAGE);
    }

    @Test
    void shouldTakeTheLastPlaceAsDataWhenOnePageIsToCome() {
        memory.put(LISTS + 0xFF0, DATA + PAGE);
        memory.put(LISTS + 0xFF8, DATA + 2 * PAGE);
        assertThat(walk(DATA, LISTS + 0xFF0, 3 * PAGE)).isEqualTo(Result.OK);
        assertThat(out.address(2)).isEqualTo(DATA + 2 * PAGE);
        assertThat(out.listCount()).isEqualTo(1);
    }

    @Test
    void shouldFollowLargerPages() {
        memory.put(LISTS, 0x4000_0000L);
        memory.put(LISTS + 8, 0x5000_0000L);
        memory.put(LISTS + 16, 0x6000_0000L);
        assertThat(walk(DATA + PAGE, LISTS, 3 * 65536, 65536)).isEqualTo(Result.OK);
        assertThat(out.size()).isEqualTo(4);
        assertThat(out.length(0)).isEqualTo(65536 - PAGE);
        assertThat(out.length(1)).isEqualTo(65536);
        assertThat(out.length(3)).isEqualTo(PAGE);
    }

    @Test
    void shouldReportMisalignedPointersAsValues() {
        assertThat(walk(DATA + 2, 0, 16)).isEqualTo(Result.PRP1_MISALIGNED);
        assertThat(out.size()).isZero();
        assertThat(walk(DATA, DATA + PAGE + 8, 2 * PAGE)).isEqualTo(Result.PRP2_MISALIGNED);
        assertThat(walk(DATA, LISTS + 4, 3 * PAGE)).isEqualTo(Result.LIST_MISALIGNED);
        memory.put(LISTS, DATA + 0x10);
        assertThat(walk(DATA, LISTS, 3 * PAGE)).isEqualTo(Result.ENTRY_MISALIGNED);
        memory.put(LISTS + 0xFF8, LISTS + 0x1008);
        assertThat(walk(DATA, LISTS + 0xFF8, 3 * PAGE)).isEqualTo(Result.LIST_MISALIGNED);
        assertThat(out.size()).isEqualTo(1);
    }

    @Test
    void shouldReportAnUnreadableList() {
        assertThat(walk(DATA, LISTS, 3 * PAGE)).isEqualTo(Result.LIST_UNREADABLE);
    }

    @Test
    void shouldEndOnAListThatPointsAtItself() {
        for (int i = 0; i < 512; i++) {
            memory.put(LISTS + 8L * i, LISTS);
        }
        assertThat(walk(DATA, LISTS, 10_000L * PAGE)).isEqualTo(Result.OK);
        assertThat(out.totalBytes()).isEqualTo(10_000L * PAGE);

        // The worst: a list whose only place is the pointer, over and over.
        memory.put(LISTS + 0xFF8, LISTS);
        assertThat(walk(DATA, LISTS + 0xFF8, 1000L * PAGE)).isEqualTo(Result.OK);
    }

    @Test
    void shouldStopAtTheBound() {
        for (int i = 0; i < 512; i++) {
            memory.put(LISTS + 8L * i, LISTS);
        }
        long most = (long) PrpWalk.MAX_SEGMENTS * PAGE;
        assertThat(walk(DATA, LISTS, most)).isEqualTo(Result.OK);
        assertThat(out.size()).isEqualTo(PrpWalk.MAX_SEGMENTS);
        assertThat(walk(DATA, LISTS, most + 1)).isEqualTo(Result.TOO_LONG);
        assertThat(walk(DATA + 8, LISTS, most - 7)).isEqualTo(Result.TOO_LONG);
        assertThat(walk(DATA, LISTS, Long.MAX_VALUE)).isEqualTo(Result.TOO_LONG);
        assertThat(out.size()).isZero();
    }

    @Test
    void shouldDoNothingForNoneOrUnknownLength() {
        assertThat(walk(JUNK, JUNK, 0)).isEqualTo(Result.OK);
        assertThat(out.size()).isZero();
        assertThat(walk(DATA, 0, DataLength.UNKNOWN)).isEqualTo(Result.LENGTH_UNKNOWN);
    }

    @Test
    void shouldRefuseAnImpossiblePageSize() {
        assertThatThrownBy(() -> walk(DATA, 0, 1, 4097))
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> walk(DATA, 0, 1, 2048))
                .isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void shouldForgetTheWalkBefore() {
        writeLists(LISTS, 600);
        walk(DATA, LISTS, 601L * PAGE);
        walk(DATA, 0, 512);
        assertThat(out.size()).isEqualTo(1);
        assertThat(out.listCount()).isZero();
        assertThatThrownBy(() -> out.address(1)).isInstanceOf(IndexOutOfBoundsException.class);
    }
}
