package io.nvmetap.device.vfiouser;

import static org.assertj.core.api.Assertions.assertThat;

import io.nvmetap.nvme.LittleEndian;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ConfigSpaceTest {
    private final ConfigSpace config = new ConfigSpace(SessionRig.IDENTITY);

    private static byte[] all(ConfigSpace of) {
        byte[] b = new byte[ConfigSpace.BYTES];
        of.read(0, b, 0, b.length, false);
        return b;
    }

    private boolean write32(int offset, int value) {
        byte[] b = new byte[4];
        LittleEndian.put32(b, 0, value);
        return config.write(offset, b, 0, 4);
    }

    private int read32(int offset) {
        byte[] b = new byte[4];
        config.read(offset, b, 0, 4, false);
        return LittleEndian.i32(b, 0);
    }

    private static PciIdentity identity(int vectors, int bar0Bytes) {
        return new PciIdentity(1, 2, 3, 4, 5, PciIdentity.CLASS_NVME, vectors, bar0Bytes);
    }

    @Test
    void shouldSayWhoItIs() {
        byte[] b = all(config);
        assertThat(LittleEndian.u16(b, 0)).isEqualTo(0x1B36);
        assertThat(LittleEndian.u16(b, 2)).isEqualTo(0x0010);
        assertThat(LittleEndian.i32(b, 8)).isEqualTo(0x01080202);
        assertThat(LittleEndian.i32(b, 0x2C)).isEqualTo(0x11001AF4);
        assertThat(b[0x0E]).as("header type").isZero();
        assertThat(b[0x3D]).as("interrupt pin A").isEqualTo((byte) 1);
    }

    @Test
    void shouldChainItsCapabilitiesInsideTheSpaceWithoutOverlap() {
        byte[] b = all(config);
        assertThat(LittleEndian.u16(b, 6) & 0x10).as("capabilities list bit").isEqualTo(0x10);
        List<Integer> ids = new ArrayList<>();
        int end = 0x40;
        for (int at = b[0x34] & 0xFF; at != 0; at = b[at + 1] & 0xFF) {
            int id = b[at] & 0xFF;
            ids.add(id);
            assertThat(at).as("capability %x starts at", id).isGreaterThanOrEqualTo(end);
            assertThat(at & 3).isZero();
            end = at + bytes(id);
            assertThat(ids).hasSizeLessThan(10);
        }
        assertThat(end).isLessThanOrEqualTo(ConfigSpace.BYTES);
        assertThat(ids).containsExactlyInAnyOrder(0x01, 0x05, 0x10, 0x11);
    }

    /** PCI Express Base 4.0: power management 8, MSI with 64 bits 14, express 60, MSI-X 12. */
    private static int bytes(int id) {
        return switch (id) {
            case 0x01 -> 8;
            case 0x05 -> 14;
            case 0x10 -> 60;
            default -> 12;
        };
    }

    @ParameterizedTest
    @CsvSource({"1, 16384", "8, 16384", "2048, 1048576", "33, 1073741824"})
    void shouldAnswerBarSizingAsPciHasIt(int vectors, int bar0Bytes) {
        ConfigSpace sized = new ConfigSpace(identity(vectors, bar0Bytes));
        byte[] ones = {-1, -1, -1, -1, -1, -1, -1, -1};
        for (int bar = 0; bar < 6; bar += 2) {
            sized.write(0x10 + 4 * bar, ones, 0, 8);
        }
        byte[] b = all(sized);
        assertThat(LittleEndian.i64(b, 0x10)).isEqualTo(-(long) bar0Bytes | 4);
        assertThat(LittleEndian.i64(b, 0x18)).as("no BAR2").isZero();
        long bar4 = ConfigSpace.bar4Bytes(identity(vectors, bar0Bytes));
        assertThat(LittleEndian.i64(b, 0x20)).isEqualTo(-bar4 | 4);
    }

    @Test
    void shouldTakeHalfABarAtATime() {
        write32(0x10, 0xFE00_0000);
        write32(0x14, 0x7);
        assertThat(read32(0x10)).isEqualTo(0xFE00_0004);
        assertThat(read32(0x14)).isEqualTo(7);
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 31, 32, 33, 128, 129, 2047, 2048})
    void shouldHoldTableAndPendingBitsInBar4WithoutOverlap(int vectors) {
        PciIdentity of = identity(vectors, 16 << 10);
        byte[] b = all(new ConfigSpace(of));
        int msix = 0xB0;
        assertThat(b[msix]).isEqualTo((byte) 0x11);
        assertThat((LittleEndian.u16(b, msix + 2) & 0x7FF) + 1).isEqualTo(vectors);
        assertThat(LittleEndian.i32(b, msix + 4)).as("table at 0 of BAR4").isEqualTo(4);
        int pending = LittleEndian.i32(b, msix + 8) & ~7;
        assertThat(LittleEndian.i32(b, msix + 8) & 7).isEqualTo(4);
        assertThat(pending).isGreaterThanOrEqualTo(16 * vectors);
        assertThat(pending + (vectors + 63) / 64 * 8)
                .isLessThanOrEqualTo(ConfigSpace.bar4Bytes(of));
        assertThat(Integer.bitCount(ConfigSpace.bar4Bytes(of))).isEqualTo(1);
    }

    @ParameterizedTest
    @CsvSource({"1, 1", "2, 2", "3, 2", "8, 8", "31, 16", "32, 32", "2048, 32"})
    void shouldAskForAPowerOfTwoOfMsiVectors(int vectors, int msi) {
        PciIdentity of = identity(vectors, 16 << 10);
        assertThat(ConfigSpace.msiVectors(of)).isEqualTo(msi);
        int asked = LittleEndian.u16(all(new ConfigSpace(of)), 0x52) >>> 1 & 7;
        assertThat(1 << asked).isEqualTo(msi);
    }

    @Test
    void shouldAskForAFunctionLevelResetOnceAndReadTheBitAsZero() {
        assertThat(read32(0x74) & 1 << 28).as("FLR is offered").isNotZero();
        assertThat(write32(0x78, 0x8000)).isTrue();
        assertThat(read32(0x78) & 0x8000).isZero();
        assertThat(write32(0x78, 0x2810)).isFalse();
        assertThat(read32(0x78)).isEqualTo(0x2810);
    }

    @Test
    void shouldFindTheResetBitInTheMiddleOfALongWrite() {
        byte[] zeros = new byte[16];
        zeros[0x79 - 0x70] = (byte) 0x80;
        assertThat(config.write(0x70, zeros, 0, zeros.length)).isTrue();
    }

    @Test
    void shouldKeepWhatIsReadOnly() {
        byte[] before = all(config);
        byte[] ones = new byte[ConfigSpace.BYTES];
        java.util.Arrays.fill(ones, (byte) -1);
        config.write(0, ones, 0, ones.length);
        byte[] after = all(config);
        for (int at : new int[] {0, 1, 2, 3, 6, 7, 8, 9, 10, 11, 0x2C, 0x34, 0x3D, 0x40, 0x41}) {
            assertThat(after[at]).as("byte %x", at).isEqualTo(before[at]);
        }
        assertThat(LittleEndian.u16(after, 4)).isEqualTo(0x0547);
        assertThat(LittleEndian.u16(after, 0xB2)).isEqualTo(0xC007);
        assertThat(after[0x3C]).isEqualTo((byte) -1);
    }

    @Test
    void shouldShowTheLineInItsStatus() {
        byte[] b = new byte[2];
        config.read(6, b, 0, 2, true);
        assertThat(LittleEndian.u16(b, 0)).isEqualTo(0x18);
        config.read(6, b, 0, 2, false);
        assertThat(LittleEndian.u16(b, 0)).isEqualTo(0x10);
        byte[] above = new byte[1];
        config.read(7, above, 0, 1, true);
        assertThat(above[0]).isZero();
        byte[] wide = new byte[8];
        config.read(4, wide, 0, 8, true);
        assertThat(wide[2]).isEqualTo((byte) 0x18);
    }

    @Test
    void shouldForgetWhatWasWrittenAtReset() {
        byte[] fresh = all(config);
        write32(4, 0x0406);
        write32(0x10, 0xFE00_0000);
        write32(0xB0, 0x8000_0000);
        config.reset();
        assertThat(all(config)).isEqualTo(fresh);
        assertThat(config.command()).isZero();
    }
}
