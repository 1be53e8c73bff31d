package io.nvmetap.device.vfiouser;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.nvmetap.device.SharedBuffer;
import java.io.IOException;
import java.nio.ByteOrder;
import org.junit.jupiter.api.Test;

class MemoryFileTest {
    @Test
    void shouldBeZeroAndSharedWithWhoeverIsGivenItsDescriptor() throws IOException {
        long open = Descriptor.open();
        DmaMap other = new DmaMap(DmaMap.Remote.NONE);
        try (MemoryFile file = new MemoryFile("test", 8192)) {
            SharedBuffer buffer = file.buffer();
            assertThat(buffer.bytes().capacity()).isEqualTo(8192);
            assertThat(buffer.bytes().order()).isEqualTo(ByteOrder.LITTLE_ENDIAN);
            assertThat(buffer.bytes().getLong(4096)).isZero();
            Descriptor given = Descriptors.again(Descriptor.borrowed(buffer.descriptor()));
            assertThat(other.map(0, 8192, 3, given, 0)).isZero();
            buffer.bytes().putLong(4096, 42);
            assertThat(other.readLong(4096)).isEqualTo(42);
        }
        assertThat(other.readLong(4096)).as("the file is closed, the memory stays").isEqualTo(42);
        other.close();
        assertThat(Descriptor.open()).isEqualTo(open);
    }

    @Test
    void shouldLeaveNothingOpenWhenItCannotBeMade() {
        // The first time libraries open what they keep open.
        assertThatThrownBy(() -> new MemoryFile("test", -1)).isInstanceOf(IOException.class);
        int before = Descriptors.ofProcess();
        assertThatThrownBy(() -> new MemoryFile("test", -1)).isInstanceOf(IOException.class);
        Descriptors.expectNumbers(before);
    }

    @Test
    void shouldRefuseToShowADescriptorThatIsClosed() throws IOException {
        MemoryFile file = new MemoryFile("test", 4096);
        file.close();
        file.close();
        assertThatThrownBy(file::buffer).isInstanceOf(IllegalStateException.class);
    }
}
