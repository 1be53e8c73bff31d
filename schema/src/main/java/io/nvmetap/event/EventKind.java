package io.nvmetap.event;

/** Kinds of captured events; the order is that of the union in the schema and never changes. */
public enum EventKind {
    /** Schema record CaptureStarted. */
    CAPTURE_STARTED("CaptureStarted"),
    /** Schema record StateSnapshot. */
    STATE_SNAPSHOT("StateSnapshot"),
    /** Schema record RegisterRead. */
    REGISTER_READ("RegisterRead"),
    /** Schema record RegisterWritten. */
    REGISTER_WRITTEN("RegisterWritten"),
    /** Schema record DoorbellRung. */
    DOORBELL_RUNG("DoorbellRung"),
    /** Schema record ShadowDoorbell. */
    SHADOW_DOORBELL("ShadowDoorbell"),
    /** Schema record CommandFetched. */
    COMMAND_FETCHED("CommandFetched"),
    /** Schema record CommandEmitted. */
    COMMAND_EMITTED("CommandEmitted"),
    /** Schema record CompletionSeen. */
    COMPLETION_SEEN("CompletionSeen"),
    /** Schema record CompletionCopied. */
    COMPLETION_COPIED("CompletionCopied"),
    /** Schema record CompletionStored. */
    COMPLETION_STORED("CompletionStored"),
    /** Schema record StoreFence. */
    STORE_FENCE("StoreFence"),
    /** Schema record InterruptRaised. */
    INTERRUPT_RAISED("InterruptRaised"),
    /** Schema record InterruptDelivered. */
    INTERRUPT_DELIVERED("InterruptDelivered"),
    /** Schema record InterruptSuppressed. */
    INTERRUPT_SUPPRESSED("InterruptSuppressed"),
    /** Schema record VectorMasked. */
    VECTOR_MASKED("VectorMasked"),
    /** Schema record VectorUnmasked. */
    VECTOR_UNMASKED("VectorUnmasked"),
    /** Schema record VectorFlushed. */
    VECTOR_FLUSHED("VectorFlushed"),
    /** Schema record ControllerReset. */
    CONTROLLER_RESET("ControllerReset"),
    /** Schema record TakeOver. */
    TAKE_OVER("TakeOver"),
    /** Schema record LockTaken. */
    LOCK_TAKEN("LockTaken"),
    /** Schema record LockReleased. */
    LOCK_RELEASED("LockReleased"),
    /** Schema record Decision. */
    DECISION("Decision"),
    /** Schema record Payload. */
    PAYLOAD("Payload"),
    /** Schema record Annotation. */
    ANNOTATION("Annotation"),
    /** Schema record Heartbeat. */
    HEARTBEAT("Heartbeat"),
    /** Schema record EventsLost. */
    EVENTS_LOST("EventsLost"),
    /** Schema record CaptureEnded. */
    CAPTURE_ENDED("CaptureEnded"),
    /** Schema record PointerListRead. */
    POINTER_LIST_READ("PointerListRead"),
    /** Schema record QueueMemoryReleased. */
    QUEUE_MEMORY_RELEASED("QueueMemoryReleased"),
    /** Schema record RequestState. */
    REQUEST_STATE("RequestState"),
    /** Schema record InterruptLineLowered. */
    INTERRUPT_LINE_LOWERED("InterruptLineLowered");

    private static final EventKind[] VALUES = values();
    private final String schemaName;

    EventKind(String schemaName) {
        this.schemaName = schemaName;
    }

    /**
     * @return name of the schema record
     */
    public String schemaName() {
        return schemaName;
    }

    /**
     * @param index union index
     * @return the kind
     * @throws MalformedEventException if the schema has no such branch
     */
    public static EventKind of(int index) {
        if (index < 0 || index >= VALUES.length) {
            throw new MalformedEventException("event kind " + index + " is not in this schema");
        }
        return VALUES[index];
    }

    /**
     * @return its {@code commandId} names a command, where the source could tell which
     */
    public boolean ofCommand() {
        return switch (this) {
            case COMMAND_FETCHED,
                    COMMAND_EMITTED,
                    COMPLETION_SEEN,
                    COMPLETION_COPIED,
                    COMPLETION_STORED,
                    POINTER_LIST_READ,
                    REQUEST_STATE,
                    PAYLOAD ->
                    true;
            default -> false;
        };
    }
}
