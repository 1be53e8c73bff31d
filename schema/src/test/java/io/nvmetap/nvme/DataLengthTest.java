package io.nvmetap.nvme;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class DataLengthTest {
    private final byte[] sqe = new byte[64];

    private long admin(int opcode) {
        Sqe.putOpcode(sqe, 0, opcode);
        return DataLength.of(true, sqe, 0, Sqe.KNOWN_ALL, 0);
    }

    private long io(int opcode) {
        Sqe.putOpcode(sqe, 0, opcode);
        return DataLength.of(false, sqe, 0, Sqe.KNOWN_ALL, 512);
    }

    @Test
    void shouldMultiplyBlocksBySize() {
        NvmSqe.putRange(sqe, 0, 7, 65536);
        assertThat(io(Opcodes.IO_READ)).isEqualTo(65536L * 512);
        assertThat(io(Opcodes.IO_WRITE)).isEqualTo(65536L * 512);
        assertThat(io(Opcodes.IO_COMPARE)).isEqualTo(65536L * 512);
        assertThat(io(Opcodes.IO_WRITE_ZEROES)).isZero();
        assertThat(io(Opcodes.IO_FLUSH)).isZero();
        assertThat(DataLength.of(false, read(), 0, Sqe.KNOWN_ALL, 1 << 30)).isEqualTo(65536L << 30);
    }

    private byte[] read() {
        Sqe.putOpcode(sqe, 0, Opcodes.IO_READ);
        return sqe;
    }

    @Test
    void shouldNotGuessWithoutBlockSizeOrBytes() {
        assertThat(DataLength.of(false, read(), 0, Sqe.KNOWN_ALL, 0)).isEqualTo(DataLength.UNKNOWN);
        assertThat(DataLength.of(false, read(), 0, ~Sqe.KNOWN_CDW12, 512))
                .isEqualTo(DataLength.UNKNOWN);
        assertThat(DataLength.of(false, read(), 0, ~Sqe.KNOWN_OPCODE, 512))
                .isEqualTo(DataLength.UNKNOWN);
        assertThat(io(0x80)).isEqualTo(DataLength.UNKNOWN);
        assertThat(admin(0xD8)).isEqualTo(DataLength.UNKNOWN);
        assertThat(admin(Opcodes.ADMIN_FABRICS)).isEqualTo(DataLength.UNKNOWN);
    }

    @Test
    void shouldCountRangesAndReservations() {
        NvmSqe.putDsm(sqe, 0, 256, true);
        assertThat(io(Opcodes.IO_DATASET_MANAGEMENT)).isEqualTo(4096);
        Sqe.putCdw12(sqe, 0, 3);
        assertThat(io(Opcodes.IO_COPY)).isEqualTo(4 * 32);
        Sqe.putCdw12(sqe, 0, 0x103);
        assertThat(io(Opcodes.IO_COPY)).isEqualTo(4 * 40);
        Sqe.putCdw12(sqe, 0, 0xF03);
        assertThat(io(Opcodes.IO_COPY)).isEqualTo(DataLength.UNKNOWN);
        assertThat(io(Opcodes.IO_RESERVATION_RELEASE)).isEqualTo(8);
        Sqe.putCdw10(sqe, 0, -1);
        assertThat(io(Opcodes.IO_RESERVATION_REPORT)).isEqualTo(1L << 34);
    }

    @Test
    void shouldKnowAdminStructures() {
        assertThat(admin(Opcodes.ADMIN_IDENTIFY)).isEqualTo(4096);
        assertThat(admin(Opcodes.ADMIN_CREATE_SQ)).isZero();
        assertThat(admin(Opcodes.ADMIN_ASYNC_EVENT_REQUEST)).isZero();
        assertThat(admin(Opcodes.ADMIN_NAMESPACE_MANAGEMENT)).isEqualTo(4096);
        Sqe.putCdw10(sqe, 0, 1);
        assertThat(admin(Opcodes.ADMIN_NAMESPACE_MANAGEMENT)).isZero();
        AdminSqe.putGetLog(sqe, 0, 2, 512);
        assertThat(admin(Opcodes.ADMIN_GET_LOG_PAGE)).isEqualTo(512);
        Sqe.putCdw11(sqe, 0, 2048);
        assertThat(admin(Opcodes.ADMIN_SECURITY_SEND)).isEqualTo(2048);
    }

    @Test
    void shouldKnowWhichFeaturesMoveData() {
        AdminSqe.putSetFeatures(sqe, 0, FeatureId.NUMBER_OF_QUEUES, 0x10001);
        assertThat(admin(Opcodes.ADMIN_SET_FEATURES)).isZero();
        AdminSqe.putSetFeatures(sqe, 0, FeatureId.TIMESTAMP, 0);
        assertThat(admin(Opcodes.ADMIN_SET_FEATURES)).isEqualTo(8);
        AdminSqe.putSetFeatures(sqe, 0, FeatureId.HOST_MEMORY_BUFFER, 1);
        assertThat(admin(Opcodes.ADMIN_SET_FEATURES)).isZero();
        assertThat(admin(Opcodes.ADMIN_GET_FEATURES)).isEqualTo(4096);
        AdminSqe.putSetFeatures(sqe, 0, FeatureId.HOST_IDENTIFIER, 1);
        assertThat(admin(Opcodes.ADMIN_SET_FEATURES)).isEqualTo(16);
        AdminSqe.putGetFeatures(sqe, 0, FeatureId.LBA_RANGE_TYPE, AdminSqe.SEL_SUPPORTED);
        assertThat(admin(Opcodes.ADMIN_GET_FEATURES)).isZero();
        AdminSqe.putSetFeatures(sqe, 0, 0xC0, 0);
        assertThat(admin(Opcodes.ADMIN_SET_FEATURES)).isEqualTo(DataLength.UNKNOWN);
    }
}
