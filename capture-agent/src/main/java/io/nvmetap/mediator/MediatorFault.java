package io.nvmetap.mediator;

import java.util.Arrays;
import java.util.Locale;
import java.util.stream.Collectors;

/**
 * Bugs that real mediation drivers had, to be switched on one by one ({@code
 * reference:fault=torn-cqe-copyback}). Each is a small branch marked {@code fault:} where the
 * correct code stands; the ids are those of the catalog of bugs and never change.
 */
public enum MediatorFault {
    TORN_CQE_COPYBACK(true, true, "stores status and phase before the rest of the CQE, no fence"),
    BATCH_PUBLISHED_BEFORE_ACCOUNTING(
            false, true, "publishes CQEs first and counts them later, ignoring an early ack"),
    GUEST_CQ_OVERRUN(
            false,
            true,
            "copies into a full completion queue, or (odd seeds) never goes on when there is room"),
    CQE_SQID_SQHD_NOT_TRANSLATED(true, true, "copies the controller's SQHD and SQID to the guest"),
    HOST_CQE_READ_WITHOUT_ACQUIRE(
            false, true, "reads a completion before its phase tag: what the slot held a lap ago"),
    STALE_PHASE_OR_INDEX_AFTER_RECREATE(
            false,
            false,
            "goes on where the queue of that number stood that was deleted, or (odd seeds) does not"
                    + " clear its memory"),
    HOST_SQ_SLOT_OVERWRITE(true, true, "overwrites a submission slot nobody consumed yet"),
    SQ_SLOT_SCRUBBED_ON_COMPLETION(
            false,
            false,
            "makes the slot a completed command had harmless, whatever is in it by now"),
    CQ_DOORBELL_DUPLICATE_OR_BACKWARD(
            false, true, "writes a CQ head doorbell twice, or with an older value"),
    CQ_DOORBELL_TO_WRONG_QUEUE(
            false, true, "acknowledges on the completion queue that has the number of the SQ"),
    SHADOW_DOORBELL_SURVIVES_RESET(
            false, false, "goes on using the guest's doorbell buffers after a reset"),
    SQ_TAIL_OUT_OF_RANGE(false, false, "does not check a tail doorbell against the queue size"),
    SQE_FETCH_WITHOUT_ACQUIRE(
            false,
            true,
            "reads a command before the tail that covers it: the one of the lap before"),
    OVER_COMMIT_STALL(false, false, "has no free request and does not go on when one becomes free"),
    LOST_DEFERRED_DOORBELL(true, true, "parks a doorbell and forgets to run it again"),
    SQ_CQ_DOORBELL_PAIR_RACE(
            false, true, "writes both doorbells of a pair at once from two CPUs, without the lock"),
    DUPLICATE_OR_LATE_COMPLETION(true, true, "copies a completion to the guest twice"),
    MEDIATOR_ADDED_LATENCY(
            false, false, "copies completions of all queues behind one lock, 150 us each time"),
    LOST_IRQ_POLLED_RESCUE(true, true, "swallows one of several interrupts to the guest"),
    MSIX_UNMASK_NOT_FLUSHED(false, false, "does not read back after unmasking an MSI-X vector"),
    IRQ_SUPPRESSED_WHILE_BUSY(
            true,
            false,
            "holds a pair for long at a doorbell; what it copies meanwhile has no interrupt"),
    IRQ_AFTER_MASK(
            false, false, "lets an MSI message wait and sends it though the guest masks meanwhile"),
    PIN_IRQ_DEASSERTED_EARLY(
            false, false, "drops INTx when one queue is empty, whatever the others hold"),
    UNMASK_WITHOUT_RECHECK(
            false, false, "drops interrupts while masked and does not scan after the unmask"),
    OVER_FILTERING_DROPS_WANTED_IRQ(
            false, false, "drops the interrupts of every other vector while the guest masks one"),
    HOST_AND_GUEST_COMMANDS_MIXED(
            false, false, "issues own commands while commands of the guest are in flight"),
    AER_COUNTED_TOO_EARLY(
            false, false, "counts event requests as out when fetched, before they are submitted"),
    REQUEST_LIST_CROSS_LINK(
            true, true, "submits a request twice, or after one that was fetched later"),
    PAUSED_REQUEST_FREED_ON_RESET(
            false, false, "frees intercepted requests at a reset and resumes them afterwards"),
    INTERCEPT_COUNTER_RACE(
            true, true, "loses count of intercepted requests, for which a reset waits"),
    HOST_REQUEST_WAITS_FOR_EVER(
            false, false, "has no deadline for own commands, for which the guest waits"),
    SIDE_STARVATION(
            false, false, "goes on with own commands while it has some, though the guest waits"),
    APPLE_UNACKED_CQE_STALL(
            false, false, "leaves acknowledging to the guest, of its own completions too"),
    ANS2_INTMS_KEEPALIVE(
            false, false, "does not read INTMS at each MSI where the controller stops without"),
    APPLE_BUFFER_REUSE_STALL(false, false, "uses one buffer for own commands in flight together"),
    ANS2_CID_RULES(
            false, false, "numbers the commands of each queue by itself where tags are shared"),
    ANS2_TAG_REUSED_TOO_SOON(
            false, false, "gives each command the lowest free identifier, the last one used again"),
    T2_CID_GENERATION_BITS(
            false, false, "leaves the upper four bits of the guest's identifier on its own"),
    ANS2_SQE_128(
            false,
            false,
            "reads the guest's entries as far apart as CC.IOSQES says where they lie 128 bytes"
                    + " apart"),
    APPLE_VENDOR_ADMIN_COMMANDS(
            false,
            false,
            "refuses vendor specific commands, or passes them on without the dwords it has no"
                    + " name for"),
    MDTS_EXCEEDED(true, false, "shows no transfer limit and sends more than the controller takes"),
    DELETE_RACES_COMPLETION(
            false, true, "deletes a queue while another CPU still copies its completions"),
    LATE_CQE_FOR_DISABLED_QUEUE(
            false,
            false,
            "keeps a deleted queue for late completions and copies them to the guest"),
    STATE_CHANGED_BEFORE_CONTROLLER_AGREED(
            false, false, "makes and ends queues at the request and says so, whatever the answer"),
    QID_REUSE_STALE_STATE(
            false, false, "starts a queue whose number was in use before where that one stood"),
    SLOW_HIDDEN_INIT(
            false, false, "identifies every namespace one by one before it serves the guest"),
    QUEUE_MEMORY_FREED_WHILE_OWNED(
            false, false, "frees queue memory when it asks for the end of a queue, not at its end"),
    PRP_LIST_NONZERO_OFFSET(
            false, false, "reads a PRP list from the start of its page, wherever it begins"),
    PRP_LIST_LAST_ENTRY(
            false,
            false,
            "takes the last entry of a list page for a pointer, and a pointer for data"),
    BOUNCE_IGNORES_PRP2(false, false, "copies Identify data to one piece of memory, PRP2 or not"),
    RESET_DURING_COMPLETION(false, false, "keeps copying and ringing while a reset runs"),
    NUMBER_OF_QUEUES_NEVER_SET(true, false, "assumes one I/O queue when the guest never asked"),
    TAKEOVER_FROM_RUNNING_CONTROLLER(
            false, false, "takes a controller over that is enabled, without disabling it first"),
    UNCLEAN_SHUTDOWN(true, false, "clears CC.EN at a shutdown notification, I/O in flight or not"),
    COMMAND_STALL(true, true, "forgets a command it fetched"),
    DBBUF_CONFIG_PASSED_THROUGH(true, false, "passes Doorbell Buffer Config to the controller"),
    COMMAND_SET_SELECTION_UNSUPPORTED(
            true, false, "shows all I/O command sets in CAP and refuses CC.CSS 110b");

    private final boolean guestVisible;
    private final boolean frequent;
    private final String description;

    MediatorFault(boolean guestVisible, boolean frequent, String description) {
        this.guestVisible = guestVisible;
        this.frequent = frequent;
        this.description = description;
    }

    /** The id in the catalog: lower case with hyphens. */
    public String id() {
        return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    /** One line: what the faulted driver does. */
    public String description() {
        return description;
    }

    /**
     * Whether a guest that does nothing unusual sees a difference, on a controller without quirks.
     * A bad tail, commands in flight at a reset or a long mask would show others too.
     */
    public boolean guestVisible() {
        return guestVisible;
    }

    /**
     * Whether its opportunities come with each command, so that it strikes one of many ({@link
     * MediatorConfig#faultFrom()}, {@link MediatorConfig#faultEvery()}); the others strike always.
     */
    boolean frequent() {
        return frequent;
    }

    /**
     * @param id {@link #id()} of a fault
     * @throws IllegalArgumentException if there is none; the message lists those there are
     */
    public static MediatorFault byId(String id) {
        for (MediatorFault fault : values()) {
            if (fault.id().equals(id)) {
                return fault;
            }
        }
        throw new IllegalArgumentException("unknown fault '" + id + "'; known: " + known());
    }

    private static String known() {
        return Arrays.stream(values()).map(MediatorFault::id).collect(Collectors.joining(", "));
    }
}
