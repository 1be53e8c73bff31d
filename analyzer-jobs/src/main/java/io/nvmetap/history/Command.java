package io.nvmetap.history;

import io.nvmetap.event.Owner;
import io.nvmetap.nvme.Opcode;
import io.nvmetap.nvme.Opcodes;
import java.io.Serializable;

/** A command on its way. Times are event time, -1 not yet; seqs likewise. */
public final class Command implements Serializable {
    private static final long serialVersionUID = 1L;

    /** Ties both sides. */
    public long commandId;

    /** Submission queue and command identifier on this side. */
    public int sqid;

    public int cid;
    public int opcode;

    /** Slot of its submission queue, -1 not seen. */
    public int slot = -1;

    public Owner owner = Owner.UNKNOWN;

    /** When this side saw it submitted. */
    public long startNs = -1;

    public long startSeq = -1;

    /** When this side saw it completed. */
    public long doneNs = -1;

    public long doneSeq = -1;

    /** Completion queue it completed on. */
    public int cqid = -1;

    public long prp1;
    public boolean prp1Known;
    public long prp2;
    public boolean prp2Known;

    /** Device side commands of the guest: the same command on the guest's side, null not seen. */
    public Command fetched;

    public long dataBytes = -1;

    /** Parameters of queue commands and features, where known. */
    public int cdw10;

    public int cdw11;
    public boolean cdw10Known;

    /** All four bytes of CDW10, not only the identifier in the lowest. */
    public boolean cdw10AllKnown;

    public boolean cdw11Known;

    /** Blocks of a Read, Write, Compare, Write Zeroes; -1 not known. */
    public int blocks = -1;

    /** Device side: when the doorbell that covers it was rung after it was placed, -1 not seen. */
    public long rungNs = -1;

    /** Guest side commands: times of the same on the device side, -1 not yet or not seen. */
    public long emittedNs = -1;

    public long deviceRungNs = -1;
    public long seenNs = -1;

    /** Guest side commands: when the device side saw them emitted and completed, -1 not yet. */
    public long emittedSeq = -1;

    public long seenSeq = -1;

    /** When its completion was acknowledged on this side by a head that covers it, -1 not yet. */
    public long ackedNs = -1;

    public long ackedSeq = -1;

    /** Its queue was deleted: nobody owes a completion any more. */
    public boolean released;

    /** Its queue did not exist on this side when it was placed there. */
    public boolean nowhere;

    /**
     * @return it is an admin command
     */
    public boolean admin() {
        return sqid == 0;
    }

    /**
     * @return name and command set of its opcode
     */
    public Opcode name() {
        return Opcodes.of(admin(), opcode);
    }

    /**
     * @return it waits for an event and may stay for ever
     */
    public boolean waitsForEvent() {
        return admin() && opcode == Opcodes.ADMIN_ASYNC_EVENT_REQUEST;
    }
}
