package io.nvmetap.history;

import io.nvmetap.event.CaptureStarted;
import io.nvmetap.event.CapturedEvent;
import io.nvmetap.event.ControllerInfo;
import io.nvmetap.event.Edge;
import io.nvmetap.event.EventKind;
import io.nvmetap.event.LiveState;
import io.nvmetap.event.Owner;
import io.nvmetap.event.ShadowCell;
import io.nvmetap.event.Side;
import io.nvmetap.event.Unseen;
import io.nvmetap.finding.Party;
import io.nvmetap.nvme.Opcodes;
import java.io.Serializable;

/**
 * What happened to one controller of one session, as far as it could be seen. {@link #apply} is
 * called once an event, before the rules; {@link #facts} then says what the event meant.
 */
public final class History implements Serializable {
    private static final long serialVersionUID = 1L;

    /** Identify Controller byte 77, MDTS (NVMe Base 2.0, figure "Identify Controller"). */
    private static final int MDTS_BYTE = 77;

    /** {@link #shows}: a mediator stands between guest and controller. */
    public static final long MEDIATED = 1;

    public final SideState guest = new SideState(Side.GUEST);
    public final SideState device = new SideState(Side.DEVICE);
    public final Facts facts = new Facts();
    public CaptureStarted header = CaptureStarted.unknown();
    public int controller;
    public String session = "";
    public long nowNs;
    public long seq = -1;
    public long events;
    public long lost;

    /** Last event at which something was lost or joined late, -1 never. */
    public long gapSeq = -1;

    /** A reset window of the mediator is open. */
    public boolean resetting;

    public long resetSeq = -1;

    /** Last event by which the mediator showed that it is alive. */
    public long mediatorAliveNs = -1;

    /** What {@link #shownBy} shows. */
    private transient long shown;

    private transient CaptureStarted shownBy;

    /**
     * @return the side's state; the device's for {@link Side#NONE}
     */
    public SideState side(Side which) {
        return which == Side.GUEST ? guest : device;
    }

    /**
     * @return who acts on a side: guest side the guest, device side the mediator, or the guest
     *     where no mediator stands between
     */
    public Party actor(Side which) {
        return which == Side.GUEST || !header.mediated() ? Party.GUEST : Party.MEDIATOR;
    }

    /** {@link #shows}: the source sees this. */
    public static long bit(Unseen thing) {
        return MEDIATED << 1 + thing.ordinal();
    }

    /**
     * @param bits {@link #MEDIATED} and {@link #bit}s
     * @return all of it is so; asked by most rules at most events
     */
    public boolean shows(long bits) {
        if (shownBy != header) {
            shown = header.mediated() ? MEDIATED : 0;
            for (Unseen thing : Unseen.values()) {
                shown |= header.sees(thing) ? bit(thing) : 0;
            }
            shownBy = header;
        }
        return (shown & bits) == bits;
    }

    /**
     * @return the controller's description
     */
    public ControllerInfo info() {
        return controller < header.controllers().size()
                ? header.controllers().get(controller)
                : ControllerInfo.unknown();
    }

    /** Takes the event in. Events must come in order of seq; a jump is a loss. */
    public void apply(CapturedEvent e) {
        facts.clear();
        if (seq < 0 && session.isEmpty()) {
            session = e.sessionHex();
            controller = e.controller;
        }
        if (e.seq != seq + 1 && header.controllers().size() <= 1) {
            gap(e);
        }
        seq = e.seq;
        nowNs = Math.max(nowNs, e.timeNs);
        events++;
        dispatch(e);
    }

    private void gap(CapturedEvent e) {
        lose(Math.max(0, e.seq - seq - 1), e.seq);
    }

    /**
     * Events are missing: nothing that was true before them counts any more.
     *
     * @param count how many
     * @param atSeq first event after them
     */
    public void lose(long count, long atSeq) {
        lost += count;
        gapSeq = atSeq;
        guest.unknown();
        device.unknown();
        guest.masks.unknown();
        device.masks.unknown();
        // Its end may be among what is missing.
        resetting = false;
        resetSeq = -1;
        mediatorAliveNs = -1;
    }

    private void dispatch(CapturedEvent e) {
        SideState s = side(e.side);
        switch (e.kind) {
            case CAPTURE_STARTED -> start(e);
            case STATE_SNAPSHOT -> snapshot(e);
            case REGISTER_READ -> s.registerRead(e);
            case REGISTER_WRITTEN -> written(e, s);
            case DOORBELL_RUNG -> s.doorbell(e, false, facts);
            case SHADOW_DOORBELL -> {
                if (e.cell == ShadowCell.DOORBELL) {
                    s.doorbell(e, true, facts);
                }
            }
            case COMMAND_FETCHED, COMMAND_EMITTED -> {
                if (e.owner == Owner.MEDIATOR && e.commandId < 0) {
                    s.changed(e, facts);
                    return;
                }
                s.submitted(e, facts);
                alive(e);
            }
            case COMPLETION_SEEN, COMPLETION_COPIED -> {
                s.completed(e, facts);
                alive(e);
            }
            case INTERRUPT_RAISED -> device.interrupt(e.vector, e.seq);
            case INTERRUPT_DELIVERED -> guest.interrupt(e.vector, e.seq);
            case COMPLETION_STORED -> guest.stored(e);
            case VECTOR_MASKED, VECTOR_UNMASKED -> vector(e, s);
            case CONTROLLER_RESET -> reset(e, s);
            case PAYLOAD -> payload(e, s);
            case EVENTS_LOST -> gap(e);
            default -> {
                // Says nothing about the state modelled here.
            }
        }
    }

    private void written(CapturedEvent e, SideState s) {
        s.register(e, facts);
        s.masks.register(e);
        if (facts.enabled || facts.disabled) {
            s.masks.configured(facts.enabled);
        }
    }

    private static void vector(CapturedEvent e, SideState s) {
        s.masks.vector(e);
        if (e.kind == EventKind.VECTOR_MASKED) {
            s.maskedVectors.add(e.vector);
        } else {
            s.maskedVectors.remove(e.vector);
        }
    }

    private void alive(CapturedEvent e) {
        if (!header.mediated()) {
            return;
        }
        mediatorAliveNs = e.timeNs;
        Command onGuestSide = e.side == Side.DEVICE ? guest.byId(e.commandId) : null;
        if (onGuestSide != null) {
            if (e.kind == EventKind.COMMAND_EMITTED) {
                onGuestSide.emittedSeq = e.seq;
                onGuestSide.emittedNs = e.timeNs;
                facts.command.fetched = onGuestSide;
            } else {
                onGuestSide.seenSeq = e.seq;
                onGuestSide.seenNs = e.timeNs;
                onGuestSide.deviceRungNs = facts.command == null ? -1 : facts.command.rungNs;
            }
        }
    }

    private void payload(CapturedEvent e, SideState s) {
        Command c = s.byId(e.commandId);
        boolean identify = c != null && c.admin() && c.opcode == Opcodes.ADMIN_IDENTIFY;
        if (identify && (c.cdw10 & 0xFF) == 1 && e.content.length > MDTS_BYTE) {
            s.mdts = e.content[MDTS_BYTE] & 0xFF;
        }
    }

    private void start(CapturedEvent e) {
        header = e.header;
        gapSeq = -1;
        LiveState state = info().state();
        guest.restore(state);
        device.restore(state);
        device.mdts = info().mdts();
    }

    /**
     * A snapshot is for those who know nothing yet; it holds less than what events have told. One
     * that knows nothing itself says that what was known no longer holds.
     */
    private void snapshot(CapturedEvent e) {
        boolean wanted = !e.state.known() || !side(e.side).known;
        if (wanted && e.side != Side.NONE) {
            side(e.side).restore(e.state);
        }
    }

    private void reset(CapturedEvent e, SideState s) {
        if (e.edge == Edge.BEGIN) {
            resetting = true;
            resetSeq = e.seq;
            s.reset(facts);
            // Told on one side; a reset of the function takes both tables.
            guest.masks.reset(e.reset);
            device.masks.reset(e.reset);
        } else {
            resetting = false;
        }
    }
}
