package io.nvmetap.device.model;

import io.nvmetap.device.MemoryFault;
import io.nvmetap.nvme.PageList;
import io.nvmetap.nvme.PrpWalk;
import io.nvmetap.nvme.Sqe;
import io.nvmetap.nvme.StatusCode;
import java.util.Arrays;

/**
 * A command's data in guest memory: PRPs, or an SGL where the profile has SGLs (NVMe Base 2.0c
 * 4.1.1, 4.1.2). Data moves in pieces of at most {@link #PIECE} bytes.
 */
final class DataPointer {
    static final int PIECE = 64 * 1024;

    /** What is done with each piece. */
    interface Piece {
        /**
         * @param at position of the piece in the data
         * @param address where it is in guest memory
         * @return a status; anything but success ends the transfer
         */
        int move(long at, long address, int count);
    }

    private final ModelState state;
    private final PageList pages = new PageList();

    DataPointer(ModelState state) {
        this.state = state;
    }

    /** Moves {@code bytes} of data piece by piece, in order. */
    int transfer(Command command, long bytes, Piece piece) {
        int psdt = Sqe.psdt(command.sqe, 0);
        try {
            if (psdt == Sqe.PSDT_PRP) {
                return prp(command, bytes, piece);
            }
            boolean served = state.profile.sgl() && !command.admin();
            if (served && psdt == Sqe.PSDT_SGL_MPTR_BUFFER) {
                return sgl(command, bytes, piece);
            }
            return StatusCode.INVALID_FIELD | StatusCode.DNR;
        } catch (MemoryFault fault) {
            return StatusCode.DATA_TRANSFER_ERROR;
        }
    }

    /** Gives data to the guest: a prefix of {@code page}, zeros after its end. */
    int give(Command command, byte[] page, long bytes) {
        return transfer(
                command,
                bytes,
                (at, address, count) -> {
                    byte[] piece = Arrays.copyOfRange(page, at(page, at), at(page, at + count));
                    byte[] padded = piece.length == count ? piece : Arrays.copyOf(piece, count);
                    state.memory.write(address, padded, 0, count);
                    return StatusCode.SUCCESS;
                });
    }

    /** Takes data from the guest into {@code target}, as much as it holds. */
    int take(Command command, byte[] target) {
        return transfer(
                command,
                target.length,
                (at, address, count) -> {
                    state.memory.read(address, target, (int) at, count);
                    return StatusCode.SUCCESS;
                });
    }

    private static int at(byte[] page, long position) {
        return (int) Math.min(page.length, position);
    }

    private int prp(Command command, long bytes, Piece piece) {
        PrpWalk.Result result =
                PrpWalk.walk(
                        Sqe.prp1(command.sqe, 0),
                        Sqe.prp2(command.sqe, 0),
                        bytes,
                        state.pageSize(),
                        this::entry,
                        pages);
        int status =
                switch (result) {
                    case OK -> StatusCode.SUCCESS;
                    case LIST_UNREADABLE -> StatusCode.DATA_TRANSFER_ERROR;
                    case TOO_LONG, LENGTH_UNKNOWN -> StatusCode.INVALID_FIELD | StatusCode.DNR;
                    default -> StatusCode.PRP_OFFSET_INVALID | StatusCode.DNR;
                };
        long at = 0;
        for (int i = 0; i < pages.size() && status == StatusCode.SUCCESS; i++) {
            status = pieces(at, pages.address(i), pages.length(i), piece);
            at += pages.length(i);
        }
        return status;
    }

    private long entry(long address) {
        try {
            return state.memory.readLong(address);
        } catch (MemoryFault fault) {
            return PrpWalk.UNREADABLE;
        }
    }

    private int sgl(Command command, long bytes, Piece piece) {
        SglWalk blocks = new SglWalk(state.memory);
        int status = blocks.walk(command.sqe, bytes);
        long at = 0;
        for (int i = 0; i < blocks.count() && status == StatusCode.SUCCESS; i++) {
            status = pieces(at, blocks.address(i), blocks.length(i), piece);
            at += blocks.length(i);
        }
        return status;
    }

    private int pieces(long from, long address, long bytes, Piece piece) {
        int status = StatusCode.SUCCESS;
        for (long done = 0; done < bytes && status == StatusCode.SUCCESS; done += PIECE) {
            int count = (int) Math.min(PIECE, bytes - done);
            status = piece.move(from + done, address + done, count);
        }
        return status;
    }
}
