package io.nvmetap.guest;

import io.nvmetap.nvme.NvmSqe;
import io.nvmetap.nvme.Opcodes;
import io.nvmetap.nvme.Sqe;

/** One I/O request of the Linux-like guest, with its tag and buffer. */
final class LinuxIo {
    /** What becomes of it. */
    enum Kind {
        READ(Opcodes.IO_READ),
        WRITE(Opcodes.IO_WRITE),
        ZEROES(Opcodes.IO_WRITE),
        FLUSH(Opcodes.IO_FLUSH),
        TOO_LONG(Opcodes.IO_READ),
        NOWHERE(Opcodes.IO_READ);

        final int opcode;

        Kind(int opcode) {
            this.opcode = opcode;
        }
    }

    final int tag;
    final GuestBuffer buffer;
    private int generation;
    Kind kind = Kind.READ;
    long slba;
    int blocks;
    long stamp;
    private final int generations;
    boolean inFlight;
    boolean aborted;
    long submittedNs;

    /** Whether the guest knows that it will be refused. */
    boolean hopeless() {
        return kind == Kind.TOO_LONG || kind == Kind.NOWHERE;
    }

    /**
     * @param generations after so many commands its identifiers come again, a power of two to 16
     */
    LinuxIo(int tag, int generations, GuestBuffer buffer) {
        this.tag = tag;
        this.generations = generations;
        this.buffer = buffer;
    }

    /** Linux puts a generation into the upper four bits so that a late completion is recognized. */
    int cid() {
        return generation << 12 | tag;
    }

    void begin(Kind newKind, long newSlba, int newBlocks) {
        kind = newKind;
        slba = newSlba;
        blocks = newBlocks;
        inFlight = true;
        aborted = false;
        generation = (generation + 1) % generations;
    }

    /** Fills the buffer for a write and makes the entry. */
    byte[] sqe(int blockBytes, GuestBuffer zeroPage) {
        byte[] sqe = new byte[Sqe.SIZE];
        Sqe.putOpcode(sqe, 0, kind.opcode);
        Sqe.putCid(sqe, 0, cid());
        Sqe.putNsid(sqe, 0, 1);
        if (kind == Kind.FLUSH) {
            return sqe;
        }
        NvmSqe.putRange(sqe, 0, slba, blocks);
        int bytes = blocks * blockBytes;
        if (kind == Kind.ZEROES) {
            zeroPage.pointRepeated(sqe, bytes);
            return sqe;
        }
        if (kind == Kind.WRITE) {
            byte[] content = new byte[bytes];
            for (int i = 0; i < blocks; i++) {
                byte[] block = DiskContent.block(slba + i, stamp, blockBytes);
                System.arraycopy(block, 0, content, i * blockBytes, blockBytes);
            }
            buffer.put(content);
        }
        if (kind != Kind.NOWHERE) {
            buffer.point(sqe, 0, bytes);
        }
        return sqe;
    }
}
