package io.nvmetap.plan;

import io.nvmetap.event.CapturedEvent;
import io.nvmetap.event.LiveState;
import io.nvmetap.event.RegisterSpace;
import io.nvmetap.nvme.Registers;

/** Register accesses of the recorded guest; knows when it enabled the controller. */
final class RegisterTrack {
    private static final int CSTS_RDY = 1;
    private static final int CSTS_SHST = 0xC;
    private static final int SHST_COMPLETE = 0x8;
    private static final int CSTS_WAITED_FOR = CSTS_RDY | CSTS_SHST;

    private final PlanBuilder plan;
    private final QueueBook queues;
    private final InterruptTrack interrupts;
    private final boolean mediated;
    private int cc;
    private int aqa;
    private boolean ccKnown;

    RegisterTrack(PlanBuilder plan, QueueBook queues, InterruptTrack interrupts, boolean mediated) {
        this.plan = plan;
        this.queues = queues;
        this.interrupts = interrupts;
        this.mediated = mediated;
    }

    void restore(LiveState state) {
        cc = (int) state.cc();
        aqa = (int) state.aqa();
        ccKnown = true;
    }

    /** The controller's state is known: it is off, or we saw it enabled. */
    boolean known() {
        return ccKnown;
    }

    void reset() {
        cc = 0;
        ccKnown = true;
        queues.clear();
        interrupts.epochEnded();
    }

    void written(CapturedEvent e, Moment at) {
        if (e.space == RegisterSpace.PCI_CONFIG) {
            plan.adapt(Adaptation.PCI_CONFIG_LEFT_OUT);
            return;
        }
        if (e.space == RegisterSpace.MSIX_TABLE) {
            interrupts.tableWritten(e, at);
            return;
        }
        if (e.registerOffset == Registers.AQA) {
            aqa = (int) e.value;
        }
        if (e.registerOffset == Registers.NSSR && e.value == Registers.NSSR_RESET) {
            reset();
        }
        if (e.registerOffset == Registers.CC) {
            configure((int) e.value, at);
        }
        plan.add(
                new Stimulus.WriteRegister(
                        at, RegisterSpace.BAR0, e.registerOffset, e.widthBytes, e.value));
    }

    private void configure(int newCc, Moment at) {
        boolean on = Registers.ccEn(newCc);
        if (on && (!ccKnown || !Registers.ccEn(cc))) {
            interrupts.epochBegins(at);
            queues.enableAdmin(aqa);
            plan.memoryPageShiftMax = Math.max(plan.memoryPageShiftMax, Registers.ccMps(newCc));
            plan.commandSetsMax = Math.max(plan.commandSetsMax, Registers.ccCss(newCc));
        } else if (!on && (!ccKnown || Registers.ccEn(cc))) {
            queues.clear();
            interrupts.epochEnded();
        }
        cc = newCc;
        ccKnown = true;
    }

    void read(CapturedEvent e, Moment at) {
        if (e.space == RegisterSpace.PCI_CONFIG) {
            plan.adapt(Adaptation.PCI_CONFIG_LEFT_OUT);
            return;
        }
        boolean status = e.space == RegisterSpace.BAR0 && e.registerOffset == Registers.CSTS;
        if (!e.flag && !status) {
            plan.readsUnseen++;
        }
        if (status) {
            poll(e, at);
            return;
        }
        boolean compared = e.flag && comparable(e);
        plan.add(
                new Stimulus.ReadRegister(
                        at, e.space, e.registerOffset, e.widthBytes, e.value, compared));
    }

    /**
     * Without a mediator the recorded guest read the controller's own capabilities, of which a
     * driver may show less; and MSI-X addresses are the replay's own.
     */
    private boolean comparable(CapturedEvent e) {
        boolean capability =
                e.registerOffset < Registers.INTMS || e.registerOffset > Registers.ACQ_HIGH;
        boolean rebased =
                e.registerOffset >= Registers.ASQ && e.registerOffset <= Registers.ACQ_HIGH;
        return e.space == RegisterSpace.BAR0
                && e.registerOffset < Registers.DOORBELL_BASE
                && !rebased
                && (mediated || !capability);
    }

    private void poll(CapturedEvent e, Moment at) {
        int expected = expectedStatus();
        int mask = CSTS_RDY | (Registers.ccShn(cc) == 0 ? 0 : CSTS_SHST);
        if (e.flag) {
            int seen = (int) e.value;
            boolean settled = ((seen ^ expected) & mask) == 0;
            // A guest that gave up, or a controller that is gone: do not wait for what never came.
            mask = settled ? mask : 0;
            expected = seen & CSTS_WAITED_FOR;
        }
        if (!ccKnown) {
            mask = 0;
        }
        int reads = plan.lastPoll().map(Stimulus.PollStatus::reads).orElse(0) + 1;
        Stimulus.PollStatus poll = new Stimulus.PollStatus(at, mask, expected & mask, reads);
        if (reads > 1) {
            plan.replaceLast(poll);
        } else {
            plan.add(poll);
        }
    }

    private int expectedStatus() {
        int ready = Registers.ccEn(cc) ? CSTS_RDY : 0;
        return Registers.ccShn(cc) == 0 ? ready : ready | SHST_COMPLETE;
    }
}
