package io.nvmetap.mediator;

import io.nvmetap.event.DecisionKind;
import io.nvmetap.event.Edge;
import io.nvmetap.event.ResetKind;
import io.nvmetap.event.Side;
import io.nvmetap.event.TakeOverStep;
import io.nvmetap.nvme.AdminSqe;
import io.nvmetap.nvme.FeatureId;
import io.nvmetap.nvme.Opcodes;
import io.nvmetap.nvme.Registers;
import io.nvmetap.nvme.Sqe;

/**
 * Enable, disable, shutdown, resets and take-over. Queue memory is given back when RDY reads 0, not
 * before: until then the controller may use it. A controller that does not obey within CAP.TO shows
 * the guest CSTS.CFS.
 */
final class Lifecycle {
    private static final long WATCH_NS_MIN = 100_000;
    private static final long WATCH_NS_MAX = 10_000_000;
    private static final long LINGER_NS = 20_000;

    private final MediatorState state;
    private final DevicePort port;
    private final QueueLife life;
    private final OwnRequests own;
    private final OwnWork work;
    private final GuestInterrupts interrupts;
    private final DoorbellBuffers buffers;
    private Interceptor interceptor;

    /** AQA, ASQ and ACQ as the guest wrote them; they go out at CC.EN=1. */
    int aqa;

    long asq;
    long acq;

    private boolean everOff;
    private boolean pendingEnable;
    private boolean takingOver;
    private boolean awaitingOff;
    private boolean awaitingInterceptor;
    private boolean draining;
    private boolean shutdownFaked;

    /** The guest has read RDY as 0 already, from a controller that does not obey. */
    private boolean shownOff;

    /** A fault: the controller is enabled and the driver believes it is not. */
    private boolean leftRunning;

    private ResetKind resetKind = ResetKind.CC_EN;
    private long deadlineNs;
    private long watchNs;
    private int watch;

    Lifecycle(
            MediatorState state,
            DevicePort port,
            QueueLife life,
            OwnRequests own,
            OwnWork work,
            GuestInterrupts interrupts,
            DoorbellBuffers buffers) {
        this.state = state;
        this.port = port;
        this.life = life;
        this.own = own;
        this.work = work;
        this.interrupts = interrupts;
        this.buffers = buffers;
    }

    void wire(Interceptor newInterceptor) {
        interceptor = newInterceptor;
    }

    // ---- what the guest does ----

    /** The guest wrote CC. */
    void writeCc(int value) {
        boolean was = Registers.ccEn(state.guestCc);
        boolean now = Registers.ccEn(value);
        if (state.phase == MediatorState.Phase.DISABLING) {
            state.guestCc = value;
            pendingEnable = now;
            return;
        }
        boolean fatal = state.phase == MediatorState.Phase.FATAL;
        boolean shutdown = Registers.ccShn(value) != 0 && Registers.ccShn(state.guestCc) == 0;
        if (was && now) {
            state.guestCc = value;
            if (shutdown) {
                shutdown();
            } else if (!fatal) {
                port.write(Registers.CC, 4, Integer.toUnsignedLong(value));
            }
            return;
        }
        boolean leftOn = !everOff && Registers.ccEn((int) port.read(Registers.CC, 4));
        everOff = true;
        if (was || fatal || leftOn) {
            pendingEnable = now;
            state.guestCc = value;
            shownOff = fatal;
            disable(ResetKind.CC_EN);
        } else if (now) {
            state.guestCc = value;
            enable();
        } else {
            state.guestCc = value;
            if (!leftRunning) {
                port.write(Registers.CC, 4, Integer.toUnsignedLong(value));
            }
        }
    }

    /** The guest reads CSTS. */
    int guestCsts() {
        int csts = port.csts();
        observe(csts);
        if (csts == -1) {
            return csts;
        }
        return switch (state.phase) {
            case FATAL -> csts & ~1 | 2;
            case DISABLED -> csts & ~1 & ~0xC | (shutdownFaked ? 2 << 2 : csts & 0xC);
            case ENABLING -> csts & ~1;
            case DISABLING -> shownOff ? csts & ~1 : csts | 1;
            case READY -> draining ? csts & ~0xC | 1 << 2 : csts;
        };
    }

    /** Reset from outside: function level, subsystem or machine. */
    void externalReset(ResetKind kind, Runnable how) {
        state.tap.reset(Side.GUEST, kind, Edge.BEGIN);
        watch++;
        pendingEnable = false;
        state.phase = MediatorState.Phase.DISABLING;
        how.run();
        everOff = true;
        state.guestCc = 0;
        aqa = 0;
        asq = 0;
        acq = 0;
        shutdownFaked = false;
        takingOver = false;
        leftRunning = false;
        clear(true);
        interrupts.reset(true);
        state.tap.reset(Side.GUEST, kind, Edge.END);
    }

    /** See {@link Mediator#takeOver}. */
    void takeOver() {
        if (state.phase != MediatorState.Phase.DISABLED || takingOver) {
            return;
        }
        state.tap.takeOver(TakeOverStep.DISCONNECT, "firmware");
        takingOver = true;
        port.cap();
        port.read(Registers.VS, 4);
        int cc = (int) port.read(Registers.CC, 4);
        everOff = true;
        boolean running = Registers.ccEn(cc) || Registers.cstsRdy(port.csts());
        // fault: takeover-from-running-controller. It is left as it was found.
        leftRunning = running && state.has(MediatorFault.TAKEOVER_FROM_RUNNING_CONTROLLER);
        if (running && !leftRunning) {
            disable(ResetKind.DRIVER);
        } else {
            connect();
        }
    }

    private void connect() {
        takingOver = false;
        port.write(Registers.INTMC, 4, 0xFFFF_FFFFL);
        state.tap.takeOver(TakeOverStep.CONNECT, "firmware");
    }

    // ---- enable ----

    /** Values of CC.CSS that CAP shows: bit 0 NVM, bit 6 all I/O command sets, bit 7 admin only. */
    static final int CSS_SERVED = 0xC1;

    private boolean serves(int css) {
        // fault: command-set-selection-unsupported. CAP shows it all the same.
        if (css == Registers.CSS_ALL
                && state.has(MediatorFault.COMMAND_SET_SELECTION_UNSUPPORTED)) {
            return false;
        }
        int shown = Registers.capCss(state.cap()) & CSS_SERVED;
        return css == Registers.CSS_NVM || (shown >>> css & 1) != 0;
    }

    private void enable() {
        life.memory.enabled();
        port.cap();
        int cc = state.guestCc;
        state.epoch++;
        state.handling = 0;
        state.queuesSet = false;
        shutdownFaked = false;
        draining = false;
        if (!serves(Registers.ccCss(cc))) {
            refuse("CC.CSS " + Registers.ccCss(cc) + " is not served");
            return;
        }
        if (state.pages.covers(asq)
                || state.pages.covers(acq)
                || !life.createAdmin(aqa, asq, acq)) {
            refuse("the admin queues cannot be made");
            return;
        }
        CqShadow cq = state.queues.cq(0);
        SqShadow sq = state.queues.sq(0);
        port.write(Registers.AQA, 4, Registers.aqa(sq.entries, cq.entries));
        port.writeHalves(Registers.ASQ, sq.ring.address);
        port.writeHalves(Registers.ACQ, cq.ring.address);
        // fault: takeover-from-running-controller. Too late it sees that they did not stick.
        if (leftRunning && (int) port.read(Registers.ASQ, 4) != (int) sq.ring.address) {
            refuse("the controller keeps the admin queue it had");
            return;
        }
        port.write(Registers.CC, 4, Integer.toUnsignedLong(cc));
        state.phase = MediatorState.Phase.ENABLING;
        watchReady();
    }

    private void refuse(String reason) {
        state.decide(Side.GUEST, DecisionKind.REJECTED, "CC.EN", -1, -1, reason);
        state.phase = MediatorState.Phase.FATAL;
    }

    private void ready() {
        watch++;
        state.phase = MediatorState.Phase.READY;
        life.memory.ready();
        work.ready();
    }

    // ---- disable ----

    private void disable(ResetKind kind) {
        resetKind = kind;
        Side side = kind == ResetKind.DRIVER ? Side.DEVICE : Side.GUEST;
        state.tap.reset(side, kind, Edge.BEGIN);
        watch++;
        leftRunning = false;
        state.phase = MediatorState.Phase.DISABLING;
        awaitingOff = false;
        interceptor.beginReset();
        if (!interceptor.countIsZero()) {
            awaitingInterceptor = true;
            return;
        }
        quiesced();
    }

    /** The interceptor gave a command back: a reset that waited for it may go on. */
    void interceptorLeft() {
        if (awaitingInterceptor && interceptor.countIsZero()) {
            awaitingInterceptor = false;
            quiesced();
        }
    }

    private void quiesced() {
        // fault: reset-during-completion. No gate: work goes on and the controller is told late.
        if (state.has(MediatorFault.RESET_DURING_COMPLETION) && state.queues.sq(0) != null) {
            byte[] sqe = new byte[Sqe.SIZE];
            Sqe.putOpcode(sqe, 0, Opcodes.ADMIN_GET_FEATURES);
            AdminSqe.putGetFeatures(sqe, 0, FeatureId.NUMBER_OF_QUEUES, 0);
            own.submit(0, sqe, 0, OwnCompletion.NONE);
            int epoch = state.epoch;
            state.timeline.after(
                    LINGER_NS,
                    () -> {
                        if (epoch == state.epoch && state.phase == MediatorState.Phase.DISABLING) {
                            switchOff();
                        }
                    });
            return;
        }
        switchOff();
    }

    private void switchOff() {
        long cc = Integer.toUnsignedLong(state.guestCc & ~1);
        awaitingOff = true;
        port.write(Registers.CC, 4, cc);
        life.memory.disabling();
        if (state.profile.skipReadyWait()) {
            off(false);
            return;
        }
        port.cap();
        observe(port.csts());
        if (state.phase == MediatorState.Phase.DISABLING) {
            watchReady();
        }
    }

    /**
     * The controller is off.
     *
     * @param letGo RDY reads 0: it let go of the queues
     */
    private void off(boolean letGo) {
        watch++;
        awaitingOff = false;
        clear(letGo);
        interrupts.reset(false);
        Side side = resetKind == ResetKind.DRIVER ? Side.DEVICE : Side.GUEST;
        state.tap.reset(side, resetKind, Edge.END);
        if (takingOver) {
            connect();
        }
        if (pendingEnable) {
            pendingEnable = false;
            enable();
        }
    }

    private void clear(boolean letGo) {
        state.epoch++;
        state.handling = 0;
        draining = false;
        awaitingInterceptor = false;
        state.phase = MediatorState.Phase.DISABLED;
        interceptor.drop();
        shownOff = false;
        life.memory.end(
                letGo,
                () -> {
                    state.queues.clear(state.pages);
                    buffers.off();
                    own.failAll();
                    own.freeOverdue();
                });
    }

    // ---- watching RDY ----

    private void watchReady() {
        deadlineNs = state.timeline.nowNs() + state.readyNsMax();
        watchNs = WATCH_NS_MIN;
        int mine = ++watch;
        state.timeline.after(watchNs, () -> look(mine));
    }

    private void look(int mine) {
        if (mine != watch) {
            return;
        }
        state.tap.cpu = -1;
        observe(port.csts());
        if (mine != watch) {
            return;
        }
        if (state.timeline.nowNs() >= deadlineNs) {
            giveUp();
            return;
        }
        watchNs = Math.min(2 * watchNs, WATCH_NS_MAX);
        state.timeline.after(watchNs, () -> look(mine));
    }

    private void observe(int csts) {
        if (csts == -1) {
            return;
        }
        boolean rdy = Registers.cstsRdy(csts);
        if (state.phase == MediatorState.Phase.ENABLING && rdy) {
            ready();
        } else if (state.phase == MediatorState.Phase.DISABLING && awaitingOff && !rdy) {
            off(true);
        } else if (state.phase == MediatorState.Phase.DISABLED && !rdy) {
            life.memory.letGo();
        }
    }

    /** The queues stay where they are: the controller may still use them. */
    private void giveUp() {
        watch++;
        boolean enabling = state.phase == MediatorState.Phase.ENABLING;
        String reason = "CSTS.RDY did not become " + (enabling ? 1 : 0) + " within CAP.TO";
        state.decide(Side.DEVICE, DecisionKind.REJECTED, "controller", -1, -1, reason);
        state.phase = MediatorState.Phase.FATAL;
        pendingEnable = false;
        takingOver = false;
        own.failAll();
    }

    // ---- shutdown ----

    private void shutdown() {
        // fault: unclean-shutdown. Off at once, queues alive, no notification.
        if (state.has(MediatorFault.UNCLEAN_SHUTDOWN)) {
            int cc = state.guestCc & ~1 & ~0xC000;
            port.write(Registers.CC, 4, Integer.toUnsignedLong(cc));
            clear(true);
            shutdownFaked = true;
            return;
        }
        if (quiet() || state.phase != MediatorState.Phase.READY) {
            port.write(Registers.CC, 4, Integer.toUnsignedLong(state.guestCc));
            return;
        }
        draining = true;
        String reason = "commands are in flight";
        state.decide(Side.GUEST, DecisionKind.DEFERRED, "CC.SHN", -1, -1, reason);
        int epoch = state.epoch;
        state.timeline.after(
                state.config.drainNsMax(),
                () -> {
                    if (epoch == state.epoch && draining) {
                        notifyShutdown("commands did not come back in time");
                    }
                });
    }

    /** A completion was handled: a shutdown that waited for it may go on. */
    void progress() {
        if (draining && quiet()) {
            notifyShutdown("");
        }
    }

    /** No I/O of the guest is out or intercepted. */
    private boolean quiet() {
        return state.queues.ioPending() == 0 && interceptor.idle();
    }

    private void notifyShutdown(String reason) {
        draining = false;
        state.decide(Side.GUEST, DecisionKind.RESUMED, "CC.SHN", -1, -1, reason);
        port.write(Registers.CC, 4, Integer.toUnsignedLong(state.guestCc));
    }
}
