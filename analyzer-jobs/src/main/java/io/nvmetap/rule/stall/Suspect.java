package io.nvmetap.rule.stall;

/** A fact that came before the silence of some controller once. Alone it proves nothing. */
enum Suspect {
    UNACKED("completions waited for their acknowledgement"),
    BUFFER_REUSE("two commands in flight used one buffer"),
    TAG_ON_TWO_QUEUES("one command identifier was in flight on two queues"),
    DOORBELL_OVERLAP("two CPUs rang both doorbells of a pair within 200 ns"),
    MASK_WITHOUT_FLUSH("a vector was masked or unmasked and not read back"),
    FLUSH_IN_FLIGHT("a Flush was in flight with other commands"),
    IDLE_GAP("a command came after 100 ms and more without any"),
    INTMS_UNTOUCHED("64 interrupts and more came without an access to INTMS or INTMC"),
    OWNERS_MIXED("commands of mediator and guest were in flight on one queue");

    private final String words;

    Suspect(String words) {
        this.words = words;
    }

    String words() {
        return words;
    }

    /** Whether it can be why the mediator, and not the controller, does not take the next step. */
    boolean hindersMediator() {
        return this == UNACKED || this == MASK_WITHOUT_FLUSH || this == OWNERS_MIXED;
    }

    int bit() {
        return 1 << ordinal();
    }
}
