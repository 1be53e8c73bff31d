package io.nvmetap.rule.interrupt;

import io.nvmetap.event.CapturedEvent;
import io.nvmetap.event.EventKind;
import io.nvmetap.event.InterruptKind;
import io.nvmetap.event.RegisterSpace;
import io.nvmetap.event.Side;
import io.nvmetap.history.Command;
import io.nvmetap.history.CompletionQueue;
import io.nvmetap.history.History;
import io.nvmetap.history.VectorMasks;
import io.nvmetap.nvme.FeatureId;
import io.nvmetap.nvme.Opcodes;
import io.nvmetap.nvme.Registers;
import io.nvmetap.rule.Judge;
import java.io.Serializable;
import java.util.HashMap;
import java.util.Map;

/**
 * Completions that a mediator found long after their command without an interrupt of the controller
 * since it had looked last, though the vector was not masked for as long and none comes after.
 */
final class UntoldCompletions implements Serializable {
    private static final long serialVersionUID = 1L;

    /** A command that takes longer and is found by itself: who looks so late was not told. */
    private static final long LATE_NS = 100_000_000;

    /** An interrupt may be behind its completion; so much covers aggregation too. */
    private static final long BEHIND_NS = 30_000_000;

    /** Completions closer than this were found in one look. */
    private static final long ONE_LOOK_NS = 1_000_000;

    /** Interrupts of one vector that show that the mediator goes by interrupts. */
    private static final int USUAL = 8;

    /** One vector of the controller. */
    private static final class Vector implements Serializable {
        private static final long serialVersionUID = 1L;

        private int raised;

        /** No interrupt came since a look at the queues of the vector, which ended then. */
        private boolean looked;

        private long lookedNs = Long.MIN_VALUE / 2;
        private long maskedNs = Long.MIN_VALUE / 2;

        /** Found untold; an interrupt may still come, and one that no other explains has. */
        private Command found;

        private int behind;
    }

    private final Map<Integer, Vector> vectors = new HashMap<>();
    private InterruptKind how = InterruptKind.UNKNOWN;
    private boolean coalescing;

    /** No vector has one that was found untold. */
    private boolean allTold;

    void step(History h, CapturedEvent e, Judge judge) {
        boolean over =
                h.gapSeq == e.seq || h.facts.disabled || e.kind == EventKind.CONTROLLER_RESET;
        if (over || !h.device.known || !h.header.mediated()) {
            vectors.clear();
            how = InterruptKind.UNKNOWN;
            coalescing = false;
            return;
        }
        if (e.side != Side.DEVICE) {
            return;
        }
        switch (e.kind) {
            case INTERRUPT_RAISED -> raised(e);
            case VECTOR_MASKED -> {
                if (vectors.containsKey(e.vector)) {
                    vectors.get(e.vector).maskedNs = e.timeNs;
                }
            }
            case REGISTER_WRITTEN -> {
                if (e.space == RegisterSpace.BAR0 && e.registerOffset == Registers.INTMS) {
                    vectors.values().forEach(v -> v.maskedNs = e.timeNs);
                }
            }
            case COMMAND_EMITTED -> {
                Command c = h.facts.command;
                coalescing |=
                        c != null
                                && c.admin()
                                && c.opcode == Opcodes.ADMIN_SET_FEATURES
                                && c.cdw10Known
                                && (c.cdw10 & 0xFF) == FeatureId.INTERRUPT_COALESCING;
            }
            case COMPLETION_SEEN -> seen(h, judge);
            default -> {
                // Neither completes nor interrupts.
            }
        }
    }

    private void raised(CapturedEvent e) {
        boolean message = e.interrupt == InterruptKind.MSI || e.interrupt == InterruptKind.MSIX;
        if (!message || e.vector < 0 || e.vector >= VectorMasks.VECTORS_MAX) {
            vectors.clear();
            return;
        }
        how = e.interrupt;
        Vector v = vectors.computeIfAbsent(e.vector, n -> new Vector());
        v.raised++;
        v.looked = false;
        v.behind++;
    }

    private void seen(History h, Judge judge) {
        CompletionQueue cq = h.facts.cq;
        Vector v = cq == null || !cq.interruptsEnabled ? null : vectors.get(cq.vector);
        if (v == null) {
            return;
        }
        Command c = h.facts.command;
        boolean sameLook = h.nowNs - v.lookedNs < ONE_LOOK_NS;
        if (c != null && v.looked && !sameLook && v.found == null && wanted(h, cq, v, c)) {
            judge.chance();
            v.found = c;
            allTold = false;
            v.behind = 0;
        } else if (v.behind > 0) {
            v.behind--;
        }
        v.looked = true;
        v.lookedNs = h.nowNs;
    }

    private boolean wanted(History h, CompletionQueue cq, Vector v, Command c) {
        return c.doneNs - Math.max(c.startNs, v.maskedNs) > LATE_NS
                && v.raised >= USUAL
                && !coalescing
                && !c.released
                && !c.waitsForEvent()
                && h.device.masks.unmasked(cq.vector, how);
    }

    /** An interrupt is still waited for. */
    boolean waits() {
        if (allTold) {
            return false;
        }
        for (Vector v : vectors.values()) {
            if (v.found != null) {
                return true;
            }
        }
        allTold = true;
        return false;
    }

    /**
     * @return one for which no interrupt came in time either, or null
     */
    Command overdue(History h) {
        if (allTold) {
            return null;
        }
        for (Vector v : vectors.values()) {
            Command c = v.found;
            if (c != null && h.nowNs - c.doneNs > BEHIND_NS) {
                v.found = null;
                return v.behind > 0 ? null : c;
            }
        }
        return null;
    }
}
