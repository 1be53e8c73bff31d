package io.nvmetap.session;

import io.nvmetap.event.CaptureStarted;
import io.nvmetap.event.ControllerInfo;
import io.nvmetap.nvme.LittleEndian;
import io.nvmetap.nvme.Registers;
import io.nvmetap.plan.ControllerFacts;
import io.nvmetap.plan.Plan;

/** Registers of the controller that is played back: as recorded, else plausible. */
final class DeviceRegisters {
    private static final int VS_1_4 = 0x1_0400;
    private static final int APPLE = 0x106B;
    private static final int ANS2 = 0x2005;
    private static final int MQES_MIN = 1023;
    private static final long CQR = 1L << 16;
    private static final long TO_10_S = 20L << 24;

    private final byte[] file = new byte[Registers.DOORBELL_BASE];
    private final long cap;
    private final boolean longEntries;

    DeviceRegisters(Plan plan, int controller) {
        CaptureStarted header = plan.header();
        ControllerInfo info =
                controller < header.controllers().size()
                        ? header.controllers().get(controller)
                        : ControllerInfo.unknown();
        longEntries = info.vendorId() == APPLE && info.deviceId() == ANS2;
        cap = info.cap() != 0 ? info.cap() : plausible(plan.facts());
        LittleEndian.put64(file, Registers.CAP, cap);
        LittleEndian.put32(file, Registers.VS, info.vs() != 0 ? (int) info.vs() : VS_1_4);
    }

    private static long plausible(ControllerFacts facts) {
        long mqes = Math.max(facts.queueEntriesMax() - 1, MQES_MIN);
        long css = facts.commandSetsMax() == Registers.CSS_ALL ? 0x41 : 0x01;
        long mpsmax = Math.max(facts.memoryPageShiftMax(), 4);
        return mqes | CQR | TO_10_S | css << 37 | mpsmax << 52;
    }

    /** I/O submission entries are 128 bytes apart whatever CC.IOSQES says (Apple ANS2). */
    boolean longEntries() {
        return longEntries;
    }

    int dstrd() {
        return Registers.capDstrd(cap);
    }

    long read(long offset, int widthBytes) {
        if (offset < 0 || offset + widthBytes > file.length) {
            return 0;
        }
        long value = 0;
        for (int i = widthBytes - 1; i >= 0; i--) {
            value = value << 8 | file[(int) offset + i] & 0xFF;
        }
        return value;
    }

    int int32(int offset) {
        return LittleEndian.i32(file, offset);
    }

    long int64(int offset) {
        return LittleEndian.i64(file, offset);
    }

    void set(int offset, int value) {
        LittleEndian.put32(file, offset, value);
    }

    /** Stores a write to a register that can be written. */
    void write(long offset, int widthBytes, long value) {
        for (int i = 0; i < widthBytes; i++) {
            long at = offset + i;
            boolean config = at >= Registers.CC && at < Registers.CC + 4;
            boolean admin = at >= Registers.AQA && at < Registers.ACQ_HIGH + 4;
            if (config || admin) {
                file[(int) at] = (byte) (value >>> 8 * i);
            }
        }
    }

    /** CC, AQA, ASQ, ACQ, INTMS and status after a reset. */
    void reset() {
        for (int at = Registers.INTMS; at <= Registers.ACQ_HIGH; at += 4) {
            set(at, 0);
        }
    }
}
