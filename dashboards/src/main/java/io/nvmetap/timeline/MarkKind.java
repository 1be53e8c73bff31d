package io.nvmetap.timeline;

import io.nvmetap.event.CapturedEvent;
import io.nvmetap.event.DoorbellKind;
import io.nvmetap.event.Edge;

/** Points on a lane; the order is that of the bits in an aggregated tile and of the page. */
public enum MarkKind {
    SQ_DOORBELL,
    CQ_DOORBELL,
    SHADOW_DOORBELL,
    INTERRUPT_RAISED,
    INTERRUPT_DELIVERED,
    INTERRUPT_SUPPRESSED,
    VECTOR_MASKED,
    VECTOR_UNMASKED,
    VECTOR_FLUSHED,
    RESET_BEGIN,
    RESET_END,
    TAKE_OVER,
    REGISTER_WRITTEN,
    REGISTER_READ,
    DECISION,
    EVENTS_LOST,
    ANNOTATION,
    LINE_LOWERED;

    /**
     * @return kind of mark of an event, null if it is none
     */
    static MarkKind of(CapturedEvent e) {
        return switch (e.kind) {
            case DOORBELL_RUNG -> e.doorbell == DoorbellKind.SQ_TAIL ? SQ_DOORBELL : CQ_DOORBELL;
            case SHADOW_DOORBELL -> SHADOW_DOORBELL;
            case INTERRUPT_RAISED -> INTERRUPT_RAISED;
            case INTERRUPT_DELIVERED -> INTERRUPT_DELIVERED;
            case INTERRUPT_SUPPRESSED -> INTERRUPT_SUPPRESSED;
            case INTERRUPT_LINE_LOWERED -> LINE_LOWERED;
            case VECTOR_MASKED -> VECTOR_MASKED;
            case VECTOR_UNMASKED -> VECTOR_UNMASKED;
            case VECTOR_FLUSHED -> VECTOR_FLUSHED;
            case CONTROLLER_RESET -> e.edge == Edge.BEGIN ? RESET_BEGIN : RESET_END;
            case TAKE_OVER -> TAKE_OVER;
            case REGISTER_WRITTEN -> REGISTER_WRITTEN;
            case REGISTER_READ -> REGISTER_READ;
            case DECISION -> DECISION;
            case EVENTS_LOST -> EVENTS_LOST;
            case ANNOTATION -> ANNOTATION;
            default -> null;
        };
    }

    LaneKind lane() {
        return switch (this) {
            case SQ_DOORBELL, CQ_DOORBELL, SHADOW_DOORBELL -> LaneKind.QUEUE;
            case INTERRUPT_RAISED,
                    INTERRUPT_DELIVERED,
                    INTERRUPT_SUPPRESSED,
                    LINE_LOWERED,
                    VECTOR_MASKED,
                    VECTOR_UNMASKED,
                    VECTOR_FLUSHED ->
                    LaneKind.INTERRUPTS;
            default -> LaneKind.CONTROL;
        };
    }

    /** The number shown with a mark: doorbell value, vector, register value, events lost. */
    static int value(CapturedEvent e) {
        return switch (e.kind) {
            case INTERRUPT_RAISED,
                    INTERRUPT_DELIVERED,
                    INTERRUPT_SUPPRESSED,
                    VECTOR_MASKED,
                    VECTOR_UNMASKED,
                    VECTOR_FLUSHED ->
                    e.vector;
            case REGISTER_WRITTEN, REGISTER_READ -> (int) e.registerOffset;
            case DECISION -> e.decision.ordinal();
            case CONTROLLER_RESET -> e.reset.ordinal();
            default -> (int) e.value;
        };
    }
}
