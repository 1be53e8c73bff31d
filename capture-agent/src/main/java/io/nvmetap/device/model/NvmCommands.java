package io.nvmetap.device.model;

import io.nvmetap.nvme.LittleEndian;
import io.nvmetap.nvme.NvmSqe;
import io.nvmetap.nvme.Opcodes;
import io.nvmetap.nvme.Sqe;
import io.nvmetap.nvme.StatusCode;
import java.io.IOException;
import java.util.Arrays;
import java.util.HashSet;
import java.util.Set;

/** The NVM command set (NVM Command Set 1.0c 3.2). */
final class NvmCommands {
    /** Logical blocks that can be marked bad by Write Uncorrectable. */
    static final int UNCORRECTABLE_MAX = 65_536;

    private static final int DSM_RANGE_BYTES = 16;

    private final ModelState state;
    private final DataPointer data;
    private final byte[] buffer = new byte[DataPointer.PIECE];
    private final byte[] stored = new byte[DataPointer.PIECE];
    private final Set<BadBlock> bad = new HashSet<>();
    private long readBytes;
    private long writtenBytes;
    private long readCommands;
    private long writeCommands;

    /** What the fault pieces-refused-within-mdts takes. */
    private static final long PIECES_MAX = 16;

    private static final long PIECE_BYTES = 4096;

    private record BadBlock(long nsid, long lba) {}

    NvmCommands(ModelState state, DataPointer data) {
        this.state = state;
        this.data = data;
    }

    long readBytes() {
        return readBytes;
    }

    long writtenBytes() {
        return writtenBytes;
    }

    long readCommands() {
        return readCommands;
    }

    long writeCommands() {
        return writeCommands;
    }

    /** A namespace was formatted: no block is bad. */
    void formatted(long nsid) {
        bad.removeIf(block -> block.nsid == nsid);
    }

    int execute(Command command) {
        if (!supported(command.opcode())) {
            return StatusCode.INVALID_OPCODE | StatusCode.DNR;
        }
        long nsid = Sqe.nsid(command.sqe, 0);
        if (command.opcode() == Opcodes.IO_FLUSH && nsid == Sqe.NSID_ALL) {
            return flushAll();
        }
        NamespaceStore store = state.namespace(nsid);
        if (store == null) {
            return StatusCode.INVALID_NAMESPACE_OR_FORMAT | StatusCode.DNR;
        }
        return switch (command.opcode()) {
            case Opcodes.IO_FLUSH -> flush(store);
            case Opcodes.IO_DATASET_MANAGEMENT -> deallocate(command, store);
            default -> blocks(command, nsid, store);
        };
    }

    private boolean supported(int opcode) {
        int oncs = state.profile.oncs();
        return switch (opcode) {
            case Opcodes.IO_FLUSH, Opcodes.IO_READ, Opcodes.IO_WRITE -> true;
            case Opcodes.IO_COMPARE -> (oncs & ControllerProfile.ONCS_COMPARE) != 0;
            case Opcodes.IO_WRITE_UNCORRECTABLE ->
                    (oncs & ControllerProfile.ONCS_WRITE_UNCORRECTABLE) != 0;
            case Opcodes.IO_WRITE_ZEROES -> (oncs & ControllerProfile.ONCS_WRITE_ZEROES) != 0;
            case Opcodes.IO_DATASET_MANAGEMENT ->
                    (oncs & ControllerProfile.ONCS_DATASET_MANAGEMENT) != 0;
            default -> false;
        };
    }

    private int blocks(Command command, long nsid, NamespaceStore store) {
        long slba = NvmSqe.slba(command.sqe, 0);
        int count = NvmSqe.blockCount(command.sqe, 0);
        if (slba < 0 || slba > store.blockCount() - count) {
            return StatusCode.LBA_OUT_OF_RANGE | StatusCode.DNR;
        }
        if (tooManyPieces(command, (long) count * store.blockBytes())) {
            return StatusCode.INTERNAL_ERROR | StatusCode.DNR;
        }
        return switch (command.opcode()) {
            case Opcodes.IO_READ -> read(command, nsid, store);
            case Opcodes.IO_WRITE -> write(command, nsid, store);
            case Opcodes.IO_COMPARE -> compare(command, nsid, store);
            case Opcodes.IO_WRITE_ZEROES -> writeZeroes(nsid, store, slba, count);
            default -> markBad(nsid, slba, count);
        };
    }

    private boolean tooManyPieces(Command command, long bytes) {
        boolean moves = command.opcode() == Opcodes.IO_READ || command.opcode() == Opcodes.IO_WRITE;
        return moves
                && bytes > PIECES_MAX * PIECE_BYTES
                && state.faults.has(ControllerFault.PIECES_REFUSED_WITHIN_MDTS);
    }

    private int read(Command command, long nsid, NamespaceStore store) {
        if (anyBad(command, nsid)) {
            return StatusCode.UNRECOVERED_READ_ERROR;
        }
        readCommands++;
        readBytes += command.dataBytes;
        long from = NvmSqe.slba(command.sqe, 0) * store.blockBytes();
        return data.transfer(
                command,
                command.dataBytes,
                (at, address, count) -> {
                    try {
                        store.read(from + at, buffer, 0, count);
                    } catch (IOException failed) {
                        return StatusCode.UNRECOVERED_READ_ERROR;
                    }
                    state.memory.write(address, buffer, 0, count);
                    return StatusCode.SUCCESS;
                });
    }

    private int write(Command command, long nsid, NamespaceStore store) {
        writeCommands++;
        writtenBytes += command.dataBytes;
        long slba = NvmSqe.slba(command.sqe, 0);
        long to = slba * store.blockBytes();
        int status =
                data.transfer(
                        command,
                        command.dataBytes,
                        (at, address, count) -> {
                            state.memory.read(address, buffer, 0, count);
                            try {
                                store.write(to + at, buffer, 0, count);
                            } catch (IOException failed) {
                                return StatusCode.WRITE_FAULT;
                            }
                            return StatusCode.SUCCESS;
                        });
        if (status == StatusCode.SUCCESS) {
            heal(nsid, slba, NvmSqe.blockCount(command.sqe, 0));
        }
        return status;
    }

    private int compare(Command command, long nsid, NamespaceStore store) {
        if (anyBad(command, nsid)) {
            return StatusCode.UNRECOVERED_READ_ERROR;
        }
        long from = NvmSqe.slba(command.sqe, 0) * store.blockBytes();
        return data.transfer(
                command,
                command.dataBytes,
                (at, address, count) -> {
                    state.memory.read(address, buffer, 0, count);
                    try {
                        store.read(from + at, stored, 0, count);
                    } catch (IOException failed) {
                        return StatusCode.UNRECOVERED_READ_ERROR;
                    }
                    return Arrays.equals(buffer, 0, count, stored, 0, count)
                            ? StatusCode.SUCCESS
                            : StatusCode.COMPARE_FAILURE;
                });
    }

    private int writeZeroes(long nsid, NamespaceStore store, long slba, long count) {
        try {
            store.zero(slba * store.blockBytes(), count * store.blockBytes());
        } catch (IOException failed) {
            return StatusCode.WRITE_FAULT;
        }
        heal(nsid, slba, count);
        return StatusCode.SUCCESS;
    }

    private int deallocate(Command command, NamespaceStore store) {
        byte[] ranges = new byte[(NvmSqe.nr0(command.sqe, 0) + 1) * DSM_RANGE_BYTES];
        int status = data.take(command, ranges);
        boolean wanted = NvmSqe.ad(command.sqe, 0);
        for (int at = 0; at < ranges.length && status == StatusCode.SUCCESS; at += 16) {
            long count = LittleEndian.u32(ranges, at + 4);
            long slba = LittleEndian.i64(ranges, at + 8);
            if (slba < 0 || slba > store.blockCount() - count) {
                status = StatusCode.LBA_OUT_OF_RANGE | StatusCode.DNR;
            } else if (wanted) {
                status = writeZeroes(Sqe.nsid(command.sqe, 0), store, slba, count);
            }
        }
        return status;
    }

    private int markBad(long nsid, long slba, int count) {
        if (bad.size() + count > UNCORRECTABLE_MAX) {
            return StatusCode.INTERNAL_ERROR;
        }
        for (int i = 0; i < count; i++) {
            bad.add(new BadBlock(nsid, slba + i));
        }
        return StatusCode.SUCCESS;
    }

    private boolean anyBad(Command command, long nsid) {
        long slba = NvmSqe.slba(command.sqe, 0);
        for (int i = 0; i < NvmSqe.blockCount(command.sqe, 0) && !bad.isEmpty(); i++) {
            if (bad.contains(new BadBlock(nsid, slba + i))) {
                return true;
            }
        }
        return false;
    }

    private void heal(long nsid, long slba, long count) {
        if (!bad.isEmpty()) {
            bad.removeIf(
                    block -> block.nsid == nsid && block.lba >= slba && block.lba < slba + count);
        }
    }

    private int flushAll() {
        int status = StatusCode.SUCCESS;
        for (NamespaceStore store : state.namespaces) {
            status = StatusCode.success(status) ? flush(store) : status;
        }
        return status;
    }

    private static int flush(NamespaceStore store) {
        try {
            store.flush();
            return StatusCode.SUCCESS;
        } catch (IOException failed) {
            return StatusCode.WRITE_FAULT;
        }
    }
}
