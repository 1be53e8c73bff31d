package io.nvmetap.plan;

import io.nvmetap.nvme.CommandText;
import io.nvmetap.nvme.Opcodes;
import io.nvmetap.nvme.Sqe;
import io.nvmetap.nvme.VendorCatalog;
import io.nvmetap.nvme.VendorCommand;
import java.util.Optional;

/**
 * One recorded command of the guest with all that became of it. Filled by the {@link Planner};
 * afterwards nobody changes it.
 */
public final class Exchange {
    final Moment fetchedAt;
    final int sqid;
    final byte[] sqe;
    final long known;
    final long dataBytes;
    final long[] pageAddress;
    final int[] pageLengthBytes;
    Answer answer;
    Answer controllerAnswer;
    long emittedNs = -1;
    long signalledSeq = -1;
    boolean hidden;
    byte[] guestPayload;
    byte[] controllerPayload;

    Exchange(Moment fetchedAt, int sqid, byte[] sqe, long known, Pages pages) {
        this.fetchedAt = fetchedAt;
        this.sqid = sqid;
        this.sqe = sqe;
        this.known = known;
        this.dataBytes = pages.dataBytes;
        this.pageAddress = pages.address;
        this.pageLengthBytes = pages.lengthBytes;
    }

    /** Data of a command as recorded; the arrays are not copied. */
    record Pages(long dataBytes, long[] address, int[] lengthBytes) {
        static final Pages NONE = new Pages(0, new long[0], new int[0]);
    }

    /** Where the command was fetched. */
    public Moment fetchedAt() {
        return fetchedAt;
    }

    /** Submission queue, 0 the admin queue. */
    public int sqid() {
        return sqid;
    }

    /** A copy of the entry; bytes never seen are zero. */
    public byte[] sqe() {
        return sqe.clone();
    }

    /** Entry size, 64 or 128 bytes. */
    public int sqeBytes() {
        return sqe.length;
    }

    /** Which of the first 64 bytes were seen. */
    public long known() {
        return known;
    }

    /** Whether the command is on the admin queue. */
    public boolean admin() {
        return sqid == 0;
    }

    /** Opcode. */
    public int opcode() {
        return Sqe.opcode(sqe, 0);
    }

    /** Namespace. */
    public long nsid() {
        return Sqe.nsid(sqe, 0);
    }

    /** Command dword. */
    public int cdw(int n) {
        return Sqe.cdw(sqe, 0, n);
    }

    /** Recorded CID, or -1 where it was not seen. */
    public int cid() {
        return (known & Sqe.KNOWN_CID) == Sqe.KNOWN_CID ? Sqe.cid(sqe, 0) : -1;
    }

    /** Bytes transferred, -1 not known. */
    public long dataBytes() {
        return dataBytes;
    }

    /** Recorded data pages. */
    public int pageCount() {
        return pageAddress.length;
    }

    /** Recorded address of page {@code i}. */
    public long pageAddress(int i) {
        return pageAddress[i];
    }

    /** Bytes in page {@code i}. */
    public int pageLengthBytes(int i) {
        return pageLengthBytes[i];
    }

    /** The completion that the guest got; empty: none came. */
    public Optional<Answer> answer() {
        return Optional.ofNullable(answer);
    }

    /** The controller's own completion, where the recording tells both sides apart. */
    public Optional<Answer> controllerAnswer() {
        return Optional.ofNullable(controllerAnswer);
    }

    /** How long the controller took, 0 where nothing is known. */
    public long latencyNs() {
        Answer last = controllerAnswer != null ? controllerAnswer : answer;
        long from = emittedNs >= 0 ? emittedNs : fetchedAt.timeNs();
        return last == null ? 0 : Math.max(0, last.at().timeNs() - from);
    }

    /** An interrupt told the guest of the completion before the guest acknowledged it. */
    public boolean signalled() {
        return signalledSeq >= 0;
    }

    /** The event of that interrupt, -1 none. */
    public long signalledSeq() {
        return signalledSeq;
    }

    /** Data the guest received, empty array where not captured. */
    public byte[] guestPayload() {
        return guestPayload == null ? new byte[0] : guestPayload.clone();
    }

    /** Data the guest received was captured. */
    public boolean hasGuestPayload() {
        return guestPayload != null;
    }

    /** Data the controller sent, empty array where not captured. */
    public byte[] controllerPayload() {
        byte[] payload = controllerPayload != null ? controllerPayload : guestPayload;
        return payload == null ? new byte[0] : payload.clone();
    }

    /** The controller writes data (NVMe Base 2.0c 3.3.3.1, bits 1:0 of every opcode). */
    public boolean fromDevice() {
        return (opcode() & 2) != 0;
    }

    /** What it is, in words. */
    public String describe() {
        return CommandText.sqe(admin(), sqe, 0, known, VendorCatalog.bundled());
    }

    /** Name of its command, without what it asks. */
    public String name() {
        if (!Sqe.known(known, 0, 1)) {
            return "opcode not seen";
        }
        return VendorCatalog.bundled()
                .find(admin(), opcode())
                .map(VendorCommand::name)
                .orElseGet(() -> Opcodes.of(admin(), opcode()).name());
    }
}
