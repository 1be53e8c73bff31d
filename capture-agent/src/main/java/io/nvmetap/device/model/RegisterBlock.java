package io.nvmetap.device.model;

import io.nvmetap.event.ResetKind;
import io.nvmetap.nvme.Cqe;
import io.nvmetap.nvme.Registers;
import io.nvmetap.nvme.Sqe;

/**
 * The properties below 1000h and the life they govern: enable, shutdown, reset (NVMe Base 2.0c
 * 3.1.3, 3.5, 3.6, 3.7).
 */
final class RegisterBlock {
    private static final int CC_EN = 1;
    private static final int CC_SHN = 3 << 14;

    /** What may change while the controller is enabled: SHN, IOSQES, IOCQES. */
    private static final int CC_WHILE_ENABLED = CC_SHN | 0xFF << 16;

    private static final int CSTS_RDY = 1;
    private static final int CSTS_CFS = 2;
    private static final int CSTS_NSSRO = 1 << 4;
    private static final int PAGE_MASK = 4095;

    /** How long after a disable CSTS must be left alone under the fault rdy-wait-quirks. */
    private static final long HANDS_OFF_NS = 2_000_000_000L;

    private final ModelState state;
    private final QueueTable queues;
    private final Runnable onReset;
    private boolean rdyShown;
    private boolean nssro;
    private boolean usedBefore;
    private boolean wedged;
    private long disabledNs = Long.MIN_VALUE;
    private int shst;
    private int aqa;
    private long asq;
    private long acq;

    /**
     * @param onReset told at each controller reset, after the queues are gone
     */
    RegisterBlock(ModelState state, QueueTable queues, Runnable onReset) {
        this.state = state;
        this.queues = queues;
        this.onReset = onReset;
    }

    /** Any aligned or misaligned part of the properties. */
    long read(long offset, int widthBytes) {
        if (state.gone) {
            return -1L >>> Long.SIZE - 8 * widthBytes;
        }
        long value = 0;
        for (int i = widthBytes - 1; i >= 0; i--) {
            long at = offset + i;
            int dword = readDword((int) at & ~3);
            value = value << 8 | dword >>> ((int) at & 3) * 8 & 0xFF;
        }
        return value;
    }

    private int readDword(int offset) {
        return switch (offset) {
            case Registers.CAP -> (int) state.profile.cap();
            case Registers.CAP_HIGH -> (int) (state.profile.cap() >>> 32);
            case Registers.VS -> state.profile.vs();
            case Registers.INTMS, Registers.INTMC -> queues.interrupts().readIntms();
            case Registers.CC -> state.cc;
            case Registers.CSTS -> csts();
            case Registers.AQA -> aqa;
            case Registers.ASQ -> (int) asq;
            case Registers.ASQ_HIGH -> (int) (asq >>> 32);
            case Registers.ACQ -> (int) acq;
            case Registers.ACQ_HIGH -> (int) (acq >>> 32);
            default -> 0;
        };
    }

    private int csts() {
        boolean soon = rdyShown && !state.ready && disabledNs != Long.MIN_VALUE;
        if (soon
                && state.nowNs() - disabledNs < HANDS_OFF_NS
                && state.faults.has(ControllerFault.RDY_WAIT_QUIRKS)) {
            wedged = true;
        }
        return (rdyShown ? CSTS_RDY : 0)
                | (state.fatal ? CSTS_CFS : 0)
                | shst << 2
                | (nssro ? CSTS_NSSRO : 0);
    }

    /** Whole dwords, aligned; anything else is ignored. */
    void write(long offset, int widthBytes, long value) {
        if (state.gone || widthBytes != 4 && widthBytes != 8 || (offset & 3) != 0) {
            return;
        }
        writeDword((int) offset, (int) value);
        if (widthBytes == 8) {
            writeDword((int) offset + 4, (int) (value >>> 32));
        }
    }

    private void writeDword(int offset, int value) {
        switch (offset) {
            case Registers.INTMS -> queues.interrupts().writeIntms(value);
            case Registers.INTMC -> queues.interrupts().writeIntmc(value);
            case Registers.CC -> writeCc(value);
            case Registers.CSTS -> nssro &= (value & CSTS_NSSRO) == 0;
            case Registers.NSSR -> writeNssr(value);
            default -> writeAdminQueue(offset, value);
        }
    }

    private void writeNssr(int value) {
        if (value == Registers.NSSR_RESET && Registers.capNssrs(state.profile.cap())) {
            reset(ResetKind.SUBSYSTEM);
        }
    }

    /** The admin queue's place can be chosen only while the controller is disabled. */
    private void writeAdminQueue(int offset, int value) {
        if (Registers.ccEn(state.cc)) {
            return;
        }
        long low = Integer.toUnsignedLong(value) & ~PAGE_MASK;
        long high = (long) value << 32;
        switch (offset) {
            case Registers.AQA -> aqa = value & 0x0FFF_0FFF;
            case Registers.ASQ -> asq = asq & ~0xFFFF_FFFFL | low;
            case Registers.ASQ_HIGH -> asq = asq & 0xFFFF_FFFFL | high;
            case Registers.ACQ -> acq = acq & ~0xFFFF_FFFFL | low;
            case Registers.ACQ_HIGH -> acq = acq & 0xFFFF_FFFFL | high;
            default -> {
                // read only or reserved
            }
        }
    }

    private void writeCc(int value) {
        boolean was = Registers.ccEn(state.cc);
        boolean will = Registers.ccEn(value);
        int shnBefore = Registers.ccShn(state.cc);
        if (was && will) {
            state.cc = state.cc & ~CC_WHILE_ENABLED | value & CC_WHILE_ENABLED;
        } else {
            state.cc = value;
        }
        if (was && !will) {
            disable();
        } else if (!was && will) {
            enable();
        }
        int shn = Registers.ccShn(value);
        if (shn != Registers.SHN_NONE && shn != shnBefore) {
            shutdown();
        }
    }

    private void enable() {
        controllerReset();
        rdyShown = false;
        boolean refuses = usedBefore && state.faults.has(ControllerFault.ENABLE_REFUSED);
        if (refuses || !acceptable()) {
            state.die("CC, AQA, ASQ or ACQ not acceptable", 0, -1);
            return;
        }
        state.later(state.profile.latency().enableNs(), this::becomeReady);
    }

    private boolean acceptable() {
        long cap = state.profile.cap();
        int mps = Registers.ccMps(state.cc);
        return mps >= Registers.capMpsmin(cap)
                && mps <= Registers.capMpsmax(cap)
                && Registers.ccAms(state.cc) == 0
                && commandSetKnown(cap, Registers.ccCss(state.cc))
                && Registers.aqaAsqs(aqa) > 0
                && Registers.aqaAcqs(aqa) > 0
                && (asq & state.pageSize() - 1) == 0
                && (acq & state.pageSize() - 1) == 0;
    }

    private static boolean commandSetKnown(long cap, int css) {
        int supported = Registers.capCss(cap);
        return switch (css) {
            case Registers.CSS_NVM -> (supported & 1) != 0;
            case Registers.CSS_ALL -> (supported & 1 << 6) != 0;
            case Registers.CSS_ADMIN_ONLY -> (supported & 1 << 7) != 0;
            default -> false;
        };
    }

    private void becomeReady() {
        CompletionQueue cq = new CompletionQueue(0, acq, Registers.aqaAcqs(aqa) + 1, 0, true);
        queues.cqs.put(0, cq);
        int size = Registers.aqaAsqs(aqa) + 1;
        queues.sqs.put(0, new SubmissionQueue(0, asq, size, Sqe.SIZE, cq));
        state.ready = true;
        rdyShown = true;
        usedBefore = true;
    }

    private void disable() {
        controllerReset();
        disabledNs = state.nowNs();
        state.later(state.profile.latency().disableNs(), () -> rdyShown = wedged);
    }

    private void shutdown() {
        shst = Registers.SHST_OCCURRING;
        state.later(state.profile.latency().shutdownNs(), () -> shst = Registers.SHST_COMPLETE);
    }

    /** What every reset does; AQA, ASQ, ACQ and the MSI-X table stay. */
    private void controllerReset() {
        state.newEpoch();
        state.ready = false;
        state.fatal = false;
        shst = Registers.SHST_NORMAL;
        queues.clear();
        queues.interrupts().reset();
        onReset.run();
    }

    /** A reset from outside. */
    void reset(ResetKind kind) {
        if (kind == ResetKind.CC_EN) {
            writeCc(state.cc & ~CC_EN);
            return;
        }
        state.gone = false;
        controllerReset();
        queues.interrupts().resetFunction();
        rdyShown = false;
        usedBefore = false;
        wedged = false;
        disabledNs = Long.MIN_VALUE;
        nssro = kind == ResetKind.SUBSYSTEM;
        state.cc = 0;
        aqa = 0;
        asq = 0;
        acq = 0;
    }

    /** Whether CC holds the entry sizes that I/O queues need. */
    static boolean entrySizesSet(int cc) {
        return 1 << Registers.ccIosqes(cc) == Sqe.SIZE && 1 << Registers.ccIocqes(cc) == Cqe.SIZE;
    }
}
