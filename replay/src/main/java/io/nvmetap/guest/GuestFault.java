package io.nvmetap.guest;

import java.util.Arrays;
import java.util.stream.Collectors;

/**
 * What a guest can do wrong (or, for the last, what it may do and some controllers cannot take).
 */
public enum GuestFault {
    /** Rings a submission queue once with its size instead of 0. */
    SQ_TAIL_OUT_OF_RANGE("sq-tail-out-of-range"),
    /** Clears CC.EN with I/O in flight, without a shutdown notification. */
    UNCLEAN_SHUTDOWN("unclean-shutdown"),
    /** Reads a doorbell, and rings one of a queue it has not created yet (Linux-like guest). */
    DOORBELL_READ_OR_EARLY("doorbell-read-or-early"),
    /** Half a register, a read-only one, a place beside the doorbells (Linux-like guest). */
    REGISTER_ACCESS_UNDEFINED("register-access-undefined"),
    /** Sets CC.EN once with admin queues of one entry (Linux-like guest). */
    ENABLE_WITH_INVALID_CONFIGURATION("enable-with-invalid-configuration"),
    /** Asks for more data in one command than MDTS allows. */
    MDTS_EXCEEDED("mdts-exceeded"),
    /** Leaves junk in PRP2 of transfers of one page, and once zero in PRP1. */
    PRP2_JUNK("prp2-junk"),
    /** Creates I/O queues without Set Features 07h (EDK2 and SeaBIOS always do). */
    NUMBER_OF_QUEUES_NEVER_SET("number-of-queues-never-set"),
    /** Firmware gives a command up without a reset and takes the next completion for its own. */
    FW_TIMEOUT_FULL_RESET("fw-timeout-full-reset"),
    /** Writes zeros from one page, in many commands in flight at once. */
    BUFFER_REUSE("buffer-reuse");

    private final String id;

    GuestFault(String id) {
        this.id = id;
    }

    /** Its name, as in the catalog where it is there. */
    public String id() {
        return id;
    }

    /**
     * @throws IllegalArgumentException if there is none; the message lists those there are
     */
    public static GuestFault byId(String id) {
        return Arrays.stream(values())
                .filter(f -> f.id.equals(id))
                .findFirst()
                .orElseThrow(
                        () ->
                                new IllegalArgumentException(
                                        "unknown guest fault '"
                                                + id
                                                + "'; known: "
                                                + Arrays.stream(values())
                                                        .map(GuestFault::id)
                                                        .collect(Collectors.joining(", "))));
    }
}
