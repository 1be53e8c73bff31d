package io.nvmetap.mediator;

import io.nvmetap.nvme.Cqe;
import io.nvmetap.nvme.Sqe;

/** One command under way; reused, so that the steady path allocates nothing. */
final class Slot {
    /** Device side command identifier; -1: answered by the mediator, never on the device side. */
    final int deviceCid;

    /** The command as the guest (or the mediator) gave it. */
    final byte[] sqe = new byte[Sqe.SIZE];

    /** The controller's answer, or the mediator's own. */
    final byte[] cqe = new byte[Cqe.SIZE];

    SqShadow sq;
    boolean busy;

    /** The mediator's own command, null for the guest's. */
    OwnRequest own;

    /** As it went out: {@link #deviceCid}, unless the mediator is broken. */
    int emittedCid;

    int guestCid;
    long commandId;

    /** Asynchronous Event Request: stays out, so it counts in no turn. */
    boolean event;

    /** The guest was told before the controller answered (a fault). */
    boolean answered;

    /** Its success was taken for granted (a fault). */
    boolean presumed;

    /** Entry of the submission queue it was placed in. */
    int entry;

    /** Where the controller put the CQE, -1 nowhere. */
    int devicePosition;

    /** Bytes the command moves, -1 unknown. */
    long dataBytes;

    /** Page that stands in for the guest's buffer; null if none does. */
    OwnPages.Block bounce;

    /** Own copy of the guest's PRP list; null if the controller gets the guest's. */
    OwnPages.Block list;

    /** Queue that exists once the controller agrees. */
    CqShadow newCq;

    SqShadow newSq;

    Slot(int deviceCid) {
        this.deviceCid = deviceCid;
    }

    int opcode() {
        return Sqe.opcode(sqe, 0);
    }

    void begin(SqShadow newOwner, long newCommandId) {
        sq = newOwner;
        busy = true;
        own = null;
        commandId = newCommandId;
        event = false;
        answered = false;
        presumed = false;
        devicePosition = -1;
        dataBytes = -1;
        bounce = null;
        list = null;
        newCq = null;
        newSq = null;
    }

    void end() {
        busy = false;
        sq = null;
        own = null;
        bounce = null;
        list = null;
        newCq = null;
        newSq = null;
    }
}
