package io.nvmetap.mediator;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.nvmetap.device.MemoryFault;
import io.nvmetap.device.PagedMemory;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class OwnPagesTest {
    private final OwnPages pages = new OwnPages(0x10000, 0x40000, 0x20000);

    @Test
    void shouldMoveOnBeforeItUsesAnAddressAgain() {
        OwnPages.Block first = pages.allocate(100, 4096);
        pages.free(first);
        OwnPages.Block second = pages.allocate(100, 4096);
        assertThat(second.address).isNotEqualTo(first.address);
        assertThat(pages.find(first.address, 1)).isNull();
    }

    @Test
    void shouldComeAroundAtTheEndOfTheWindow() {
        for (int i = 0; i < 100; i++) {
            OwnPages.Block block = pages.allocate(0x3000, 0x4000);
            assertThat(block).isNotNull();
            assertThat(block.address % 0x4000).isZero();
            assertThat(block.end()).isLessThanOrEqualTo(0x50000);
            pages.free(block);
        }
        assertThat(pages.usedBytes()).isZero();
    }

    @Test
    void shouldRefuseMoreThanItsBound() {
        List<OwnPages.Block> blocks = new ArrayList<>();
        OwnPages.Block block = pages.allocate(4096, 4096);
        while (block != null) {
            blocks.add(block);
            block = pages.allocate(4096, 4096);
        }
        assertThat(blocks).hasSize(0x20);
        assertThat(blocks).extracting(b -> b.address).doesNotHaveDuplicates();
    }

    @Test
    void shouldServeOwnPagesAndPassTheRest() {
        PagedMemory guest = new PagedMemory(0, 0x10000);
        MediatorMemory memory = new MediatorMemory(pages, guest, null, 0x10000);
        OwnPages.Block block = pages.allocate(8192, 4096);
        memory.writeLong(block.address + 8184, 5);
        memory.writeInt(0x1000, 7);
        assertThat(memory.readLong(block.address + 8184)).isEqualTo(5);
        assertThat(guest.readInt(0x1000)).isEqualTo(7);
        assertThat(memory.contains(block.address, 8192)).isTrue();
        assertThat(memory.contains(block.address, 8193)).isFalse();
        assertThatThrownBy(() -> memory.readLong(block.address + 8188))
                .isInstanceOf(MemoryFault.class);
        assertThatThrownBy(() -> memory.read(block.address, new byte[9000], 0, 8200))
                .isInstanceOf(MemoryFault.class);
    }
}
