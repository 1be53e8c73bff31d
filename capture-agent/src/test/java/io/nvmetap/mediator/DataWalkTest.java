package io.nvmetap.mediator;

import static org.assertj.core.api.Assertions.assertThat;

import io.nvmetap.device.PagedMemory;
import io.nvmetap.nvme.LittleEndian;
import io.nvmetap.nvme.PageList;
import io.nvmetap.nvme.PrpWalk;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class DataWalkTest {
    private static final int PAGE = 4096;
    private static final long BASE = 0x100000;
    private static final int PAGES = 2048;

    private final PagedMemory memory = new PagedMemory(BASE, (long) PAGES * PAGE);
    private final SplittableRandom random = new SplittableRandom(21);
    private final PageList pages = new PageList();
    private final PageList reference = new PageList();
    private final Map<Long, Long> told = new HashMap<>();

    private long page() {
        return BASE + (long) random.nextInt(PAGES) * PAGE;
    }

    /** A list of so many data entries from a place on, in pages of its own. */
    private long list(int place, int entries) {
        long page = BASE;
        long start = page + 8L * place;
        long at = start;
        for (int left = entries; left > 0; left--) {
            if ((at & PAGE - 1) == PAGE - 8 && left > 1) {
                page += 2 * PAGE;
                memory.writeLong(at, page);
                at = page;
            }
            memory.writeLong(at, page());
            at += 8;
        }
        return start;
    }

    private boolean walk(FaultSwitch faults, long prp1, long prp2, long bytes) {
        long[] prps = {prp1, prp2};
        told.clear();
        return new DataWalk(faults)
                .walk(
                        prps,
                        bytes,
                        PAGE,
                        memory,
                        pages,
                        (address, entries) -> {
                            for (int i = 0; i < entries.length; i += 8) {
                                told.put(address + i, LittleEndian.i64(entries, i));
                            }
                        });
    }

    private boolean same(PageList a, PageList b) {
        boolean same = a.size() == b.size();
        for (int i = 0; same && i < a.size(); i++) {
            same = a.address(i) == b.address(i) && a.length(i) == b.length(i);
        }
        return same;
    }

    @Test
    void shouldFindWhatTheReferenceWalkFindsAndTellWhatItRead() {
        for (int run = 0; run < 2000; run++) {
            int offset = random.nextInt(PAGE / 4) * 4;
            int entries = random.nextInt(1, 1100);
            long prp2 = list(random.nextInt(512), entries);
            long bytes = PAGE - offset + (entries - 1L) * PAGE + random.nextInt(1, PAGE);
            long prp1 = page() + offset;
            if (entries == 1) {
                prp2 = page();
            }
            boolean good = walk(null, prp1, prp2, bytes);
            assertThat(good).as("run %d", run).isTrue();
            PrpWalk.Result result =
                    PrpWalk.walk(
                            prp1,
                            prp2,
                            bytes,
                            PAGE,
                            a -> told.getOrDefault(a, PrpWalk.UNREADABLE),
                            reference);
            assertThat(result).as("run %d", run).isEqualTo(PrpWalk.Result.OK);
            assertThat(same(pages, reference)).as("run %d", run).isTrue();
        }
    }

    @Test
    void shouldStopWhereThePointersCannotBeFollowed() {
        long list = list(0, 40);
        assertThat(walk(null, page() + 2, list, 8 * PAGE)).isFalse();
        assertThat(walk(null, page(), list + 4, 8 * PAGE)).isFalse();
        assertThat(walk(null, page(), page() + 512, 2 * PAGE)).isFalse();
        assertThat(walk(null, page(), 16, 8 * PAGE)).isFalse();
        memory.writeLong(list + 24, page() + 8);
        assertThat(walk(null, page(), list, 8 * PAGE)).isFalse();
        assertThat(pages.size()).isEqualTo(4);
    }

    @Test
    void shouldEndThoughAListPointsAtItself() {
        memory.writeLong(BASE + PAGE - 8, BASE);
        for (long at = BASE; at < BASE + PAGE - 8; at += 8) {
            memory.writeLong(at, BASE + PAGE);
        }
        assertThat(walk(null, BASE, BASE, 2000L * PAGE)).isTrue();
        assertThat(pages.size()).isEqualTo(2000);
    }

    @Test
    void shouldForgetThePlaceOfAListUnderItsFault() {
        FaultSwitch faults = faults(MediatorFault.PRP_LIST_NONZERO_OFFSET);
        long list = list(32, 4);
        memory.writeLong(BASE, BASE + 7 * PAGE);
        assertThat(walk(faults, page(), list, 3 * PAGE)).isTrue();
        assertThat(pages.address(1)).isEqualTo(BASE + 7 * PAGE);
        assertThat(told).containsKey(BASE).doesNotContainKey(list);
    }

    @Test
    void shouldConfuseTheLastEntryUnderItsFault() {
        FaultSwitch faults = faults(MediatorFault.PRP_LIST_LAST_ENTRY);
        long list = list(511, 2);
        walk(faults, page(), list, 3 * PAGE);
        assertThat(pages.address(1)).as("a pointer for data").isEqualTo(memory.readLong(list));
        list = list(510, 2);
        long data = memory.readLong(list + 8);
        memory.writeLong(data, BASE + 9 * PAGE + 5);
        walk(faults, page(), list, 3 * PAGE);
        assertThat(pages.address(2)).as("data for a pointer").isEqualTo(BASE + 9 * PAGE);
    }

    private static FaultSwitch faults(MediatorFault fault) {
        return new FaultSwitch(MediatorConfig.builder().faults(Set.of(fault)).build());
    }
}
