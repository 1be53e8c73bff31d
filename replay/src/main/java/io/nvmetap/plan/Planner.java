package io.nvmetap.plan;

import io.nvmetap.event.CaptureStarted;
import io.nvmetap.event.CapturedEvent;
import io.nvmetap.event.Edge;
import io.nvmetap.event.EventKind;
import io.nvmetap.event.LiveState;
import io.nvmetap.event.Owner;
import io.nvmetap.event.ResetKind;
import io.nvmetap.event.ShadowCell;
import io.nvmetap.event.Side;
import io.nvmetap.event.Transfer;
import io.nvmetap.event.Unseen;
import io.nvmetap.nvme.Cqe;
import io.nvmetap.nvme.Opcodes;
import io.nvmetap.nvme.Registers;
import io.nvmetap.nvme.Sqe;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Makes a {@link Plan} of a recording in one pass: feed it every event, then ask for the plan.
 *
 * <p>The guest's actions are taken from the guest side, or, where no mediator stood in between,
 * from the device side. State besides the plan: the queues, and commands in flight up to {@link
 * #IN_FLIGHT_MAX}.
 */
public final class Planner {
    /** Commands in flight that are remembered; the oldest is given up beyond it. */
    public static final int IN_FLIGHT_MAX = 1 << 17;

    private final int controller;
    private final PlanBuilder plan;
    private final QueueBook queues;
    private final Map<Long, Exchange> inFlight =
            new LinkedHashMap<>() {
                private static final long serialVersionUID = 1L;

                @Override
                protected boolean removeEldestEntry(Map.Entry<Long, Exchange> eldest) {
                    return size() > IN_FLIGHT_MAX;
                }
            };
    private RegisterTrack registers;
    private InterruptTrack interrupts;
    private Side side = Side.DEVICE;
    private long nextSeq = -1;
    private boolean started;
    private boolean late;

    /**
     * @param controller index of the controller to replay
     */
    public Planner(int controller, PlanLimits limits) {
        this.controller = controller;
        this.plan = new PlanBuilder(limits);
        this.queues = new QueueBook(plan);
        begin(CaptureStarted.unknown());
    }

    /** Takes the next event, in order. It is not kept. */
    public void accept(CapturedEvent e) {
        if (plan.stopped()) {
            return;
        }
        if (nextSeq >= 0 && e.seq != nextSeq) {
            plan.stop(nextSeq, "events " + nextSeq + " to " + (e.seq - 1) + " are missing");
            return;
        }
        nextSeq = e.seq + 1;
        if (e.kind == EventKind.CAPTURE_STARTED) {
            started = true;
            begin(e.header);
            return;
        }
        if (e.kind == EventKind.EVENTS_LOST) {
            plan.stop(e.seq, e.value + " events were lost in " + e.label);
            return;
        }
        if (e.controller != controller) {
            plan.adapt(Adaptation.OTHER_CONTROLLER);
            return;
        }
        dispatch(e, new Moment(e.seq, e.timeNs, e.cpu));
    }

    /** The recording ends here in disorder. */
    public void stop(long seq, String reason) {
        plan.stop(seq, reason);
    }

    /** The plan of all that was accepted. */
    public Plan plan() {
        if (!started) {
            plan.stop(0, "the recording has no CaptureStarted");
        }
        queues.clear();
        if (plan.commands == 0) {
            plan.stop(0, "the recording holds no guest command that could be compared");
        }
        return plan.build();
    }

    private void begin(CaptureStarted header) {
        plan.header = header;
        side = header.mediated() ? Side.GUEST : Side.DEVICE;
        interrupts = new InterruptTrack(plan, queues, header.sees(Unseen.MSIX_TABLE));
        registers = new RegisterTrack(plan, queues, interrupts, header.mediated());
        if (!header.mixedControllers().isEmpty()) {
            plan.stop(0, "several controllers are mixed: " + header.mixedControllers());
        }
        if (header.mediated() && !header.sees(Unseen.GUEST_SIDE)) {
            plan.stop(0, "a mediator stood in between, and its guest side was not recorded");
        }
        if (controller < header.controllers().size()) {
            restore(header.controllers().get(controller).state(), new Moment(0, 0, -1));
        }
    }

    private void restore(LiveState state, Moment at) {
        if (!state.known() || registers.known()) {
            return;
        }
        registers.restore(state);
        if (Registers.ccEn((int) state.cc())) {
            plan.adapt(Adaptation.STATE_RESTORED);
            late = true;
            interrupts.restored(state.maskedVectors());
            StartState.set(state, at, plan, interrupts);
            queues.enableAdmin((int) state.aqa());
            queues.restore(state, at);
        }
    }

    private void dispatch(CapturedEvent e, Moment at) {
        switch (e.kind) {
            case STATE_SNAPSHOT -> {
                if (plan.isEmpty()) {
                    restore(e.state, at);
                }
            }
            case COMMAND_FETCHED, COMMAND_EMITTED -> command(e, at);
            case COMPLETION_SEEN, COMPLETION_COPIED -> completion(e, at);
            case PAYLOAD -> payload(e);
            case CONTROLLER_RESET -> reset(e, at);
            default -> {
                if (e.side == side) {
                    access(e, at);
                }
            }
        }
    }

    private void access(CapturedEvent e, Moment at) {
        switch (e.kind) {
            case REGISTER_READ -> registers.read(e, at);
            case REGISTER_WRITTEN -> registers.written(e, at);
            case DOORBELL_RUNG -> {
                requireState(e);
                queues.doorbell(e, at, false);
            }
            case SHADOW_DOORBELL -> {
                if (e.cell == ShadowCell.DOORBELL) {
                    queues.doorbell(e, at, true);
                }
            }
            case INTERRUPT_DELIVERED -> interrupts.interrupted(e, at);
            case INTERRUPT_RAISED -> {
                if (side == Side.DEVICE) {
                    interrupts.interrupted(e, at);
                }
            }
            case VECTOR_MASKED, VECTOR_UNMASKED, VECTOR_FLUSHED -> interrupts.vector(e, at);
            default -> {
                // Bookkeeping of mediator and capture: nothing the guest did.
            }
        }
    }

    private void requireState(CapturedEvent e) {
        if (late && !queues.knows(e)) {
            plan.stop(
                    e.seq,
                    "queue " + e.qid + " was created by a command from before the recording");
        }
        if (!registers.known()) {
            plan.stop(
                    e.seq,
                    "the recording starts with the controller in use and does not tell its state");
        }
    }

    private void reset(CapturedEvent e, Moment at) {
        late = false;
        boolean outside = e.reset != ResetKind.CC_EN && e.reset != ResetKind.DRIVER;
        if (outside && e.edge == Edge.BEGIN && (e.side == side || e.side == Side.NONE)) {
            registers.reset();
            ResetKind kind = e.reset == ResetKind.UNKNOWN ? ResetKind.MACHINE : e.reset;
            plan.add(new Stimulus.ResetFunction(at, kind));
        }
    }

    private void command(CapturedEvent e, Moment at) {
        if (e.owner == Owner.MEDIATOR && e.commandId < 0) {
            // Only an entry of the controller's queue that changed.
            return;
        }
        if (e.owner == Owner.MEDIATOR) {
            plan.adapt(Adaptation.MEDIATOR_COMMANDS);
            return;
        }
        boolean guests = (e.kind == EventKind.COMMAND_FETCHED) == (side == Side.GUEST);
        if (!guests) {
            Exchange exchange = inFlight.get(e.commandId);
            if (exchange != null && exchange.emittedNs < 0) {
                exchange.emittedNs = e.timeNs;
            }
            return;
        }
        requireState(e);
        if (plan.stopped()) {
            return;
        }
        Exchange exchange = exchange(e, at);
        adapt(exchange);
        if (!exchange.hidden) {
            plan.commands++;
        }
        if (!exchange.admin()) {
            plan.ioEntryBytes = Math.max(plan.ioEntryBytes, exchange.sqeBytes());
        }
        inFlight.put(e.commandId, exchange);
        queues.fetched(exchange);
    }

    private Exchange exchange(CapturedEvent e, Moment at) {
        int bytes = e.entryBytes == Sqe.SIZE_LONG ? Sqe.SIZE_LONG : Sqe.SIZE;
        byte[] sqe = Arrays.copyOf(e.entry, bytes);
        for (int i = 0; i < Sqe.SIZE; i++) {
            if ((e.known >>> i & 1) == 0) {
                sqe[i] = 0;
            }
        }
        boolean pages = e.pageCount > 0 && plan.keepsPages(e.pageCount);
        Exchange.Pages data =
                new Exchange.Pages(
                        e.dataBytes,
                        pages ? Arrays.copyOf(e.pageAddress, e.pageCount) : new long[0],
                        pages ? Arrays.copyOf(e.pageLengthBytes, e.pageCount) : new int[0]);
        Exchange exchange = new Exchange(at, e.qid, sqe, e.known, data);
        if (e.sgl || Sqe.psdt(sqe, 0) != Sqe.PSDT_PRP) {
            plan.adapt(Adaptation.SGL_TO_PRP);
            Sqe.putFlags(sqe, 0, Sqe.flags(sqe, 0) & 0x3F);
        }
        return exchange;
    }

    private void adapt(Exchange exchange) {
        if (exchange.admin() && exchange.opcode() == Opcodes.ADMIN_DOORBELL_BUFFER_CONFIG) {
            exchange.hidden = true;
            plan.adapt(Adaptation.DOORBELL_BUFFER_HIDDEN);
        }
        boolean meaning = Sqe.known(exchange.known(), Sqe.CDW10_OFFSET, 24);
        if (!meaning) {
            plan.adapt(Adaptation.SQE_BYTES_UNKNOWN);
        }
        if (exchange.admin()
                && exchange.opcode() == Opcodes.ADMIN_ABORT
                && !Sqe.knownCdw(exchange.known(), 10)) {
            // Zero would name a command that may well be in flight.
            Sqe.putCdw10(exchange.sqe, 0, Sqe.CID_RESERVED << 16 | 0xFFFF);
            plan.adapt(Adaptation.ABORT_TARGET_UNKNOWN);
        }
    }

    private void completion(CapturedEvent e, Moment at) {
        if (e.owner == Owner.MEDIATOR) {
            return;
        }
        boolean guests = (e.kind == EventKind.COMPLETION_COPIED) == (side == Side.GUEST);
        Exchange exchange = inFlight.get(e.commandId);
        if (exchange == null) {
            if (guests) {
                plan.adapt(Adaptation.BEFORE_RECORDING);
            }
            return;
        }
        Answer answer =
                new Answer(
                        at,
                        e.qid,
                        Cqe.status(e.entry, 0),
                        Cqe.dw0(e.entry, 0),
                        Cqe.dw1(e.entry, 0),
                        Cqe.sqhd(e.entry, 0),
                        (int) e.known);
        if (!guests) {
            exchange.controllerAnswer = answer;
            return;
        }
        if (exchange.answer != null) {
            return;
        }
        exchange.answer = answer;
        queues.completed(exchange, e.qid);
        if (answer.status() == 0) {
            plan.learn(exchange);
        }
    }

    private void payload(CapturedEvent e) {
        Exchange exchange = inFlight.get(e.commandId);
        if (exchange == null
                || e.transfer != Transfer.FROM_DEVICE
                || e.content.length == 0
                || !plan.keepsPayload(e.content.length)) {
            return;
        }
        if (e.side == Side.GUEST) {
            exchange.guestPayload = e.content.clone();
        } else {
            exchange.controllerPayload = e.content.clone();
        }
    }
}
