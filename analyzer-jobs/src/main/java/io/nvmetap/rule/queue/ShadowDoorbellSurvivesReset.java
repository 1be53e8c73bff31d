package io.nvmetap.rule.queue;

import io.nvmetap.event.CapturedEvent;
import io.nvmetap.event.EventKind;
import io.nvmetap.event.ShadowCell;
import io.nvmetap.event.Side;
import io.nvmetap.finding.Party;
import io.nvmetap.finding.Severity;
import io.nvmetap.history.Command;
import io.nvmetap.history.History;
import io.nvmetap.history.SideState;
import io.nvmetap.nvme.Opcodes;
import io.nvmetap.rule.Judge;
import io.nvmetap.rule.Rule;
import io.nvmetap.rule.RuleInfo;
import io.nvmetap.rule.Where;
import java.io.Serializable;
import java.util.List;
import java.util.Set;

/**
 * Who was given doorbell buffers reads a shadow doorbell or writes an EventIdx after a disable or
 * reset, though no new Doorbell Buffer Config came: the pages belong to somebody else by now.
 */
public final class ShadowDoorbellSurvivesReset extends Rule {
    private static final long serialVersionUID = 1L;

    /** The buffers of one side. */
    private static final class Buffers implements Serializable {
        private static final long serialVersionUID = 1L;

        /** Event that made them known, -1 never seen. */
        long configSeq = -1;

        /** Event that took them back, -1 none since. */
        long goneSeq = -1;

        boolean told;
    }

    private final Buffers guest = new Buffers();
    private final Buffers device = new Buffers();
    private long gapSeen = -1;

    public ShadowDoorbellSurvivesReset() {
        super(
                new RuleInfo(
                        "shadow-doorbell-survives-reset",
                        "Doorbell buffers used after reset",
                        Severity.ERROR,
                        RuleInfo.Scope.CONTROLLER,
                        "NVMe Base 2.0, 5.8 (Doorbell Buffer Config) and Annex B.5 (a Controller"
                                + " Level Reset ends the use of the buffers)",
                        "Forget both addresses at CC.EN 1 to 0 and at every reset; take them up"
                                + " again only at the next Doorbell Buffer Config.",
                        List.of("B12")));
    }

    @Override
    public Set<EventKind> reads() {
        return Set.of(
                EventKind.SHADOW_DOORBELL, EventKind.COMPLETION_SEEN, EventKind.COMPLETION_COPIED);
    }

    @Override
    public void step(History h, CapturedEvent e, Judge judge) {
        if (gapSeen != h.gapSeq) {
            gapSeen = h.gapSeq;
            forget(guest);
            forget(device);
        }
        Buffers b = e.side == Side.GUEST ? guest : device;
        if (e.kind == EventKind.CONTROLLER_RESET && e.side != Side.NONE || h.facts.disabled) {
            b.goneSeq = b.configSeq >= 0 && b.goneSeq < 0 ? e.seq : b.goneSeq;
            b.told = false;
        }
        Command c = h.facts.command;
        if (c != null && c.doneSeq == e.seq && isConfig(c) && h.side(e.side).doorbellBuffers) {
            b.configSeq = e.seq;
            b.goneSeq = -1;
        }
        if (e.kind == EventKind.SHADOW_DOORBELL && e.qid > 0) {
            used(h, e, b, judge);
        }
    }

    private static void forget(Buffers b) {
        b.configSeq = -1;
        b.goneSeq = -1;
        b.told = false;
    }

    private static boolean isConfig(Command c) {
        return c.admin() && c.opcode == Opcodes.ADMIN_DOORBELL_BUFFER_CONFIG;
    }

    private static void used(History h, CapturedEvent e, Buffers b, Judge judge) {
        SideState side = h.side(e.side);
        boolean read = e.cell == ShadowCell.DOORBELL && !e.flag;
        boolean wrote = e.cell == ShadowCell.EVENT_IDX && e.flag;
        if (!read && !wrote || !side.known) {
            // Whoever rings may write its own pages.
            return;
        }
        judge.chance();
        // A config on its way counts as given.
        if (b.goneSeq < 0
                || b.told
                || side.inFlight.values().stream()
                        .anyMatch(ShadowDoorbellSurvivesReset::isConfig)) {
            return;
        }
        b.told = true;
        judge.violated(
                e.side == Side.GUEST && h.header.mediated() ? Party.MEDIATOR : Party.CONTROLLER,
                String.format(
                        "%s of queue %d is %s after the reset of event %d; the buffers were given"
                                + " before it and not again since.",
                        read ? "The shadow doorbell" : "The EventIdx",
                        e.qid,
                        read ? "read" : "written",
                        b.goneSeq),
                Where.sq(e.qid),
                b.configSeq,
                b.goneSeq,
                e.seq);
    }
}
