package io.nvmetap.rule.quirk;

import io.nvmetap.event.CapturedEvent;
import io.nvmetap.event.EventKind;
import io.nvmetap.event.RegisterSpace;
import io.nvmetap.event.Side;
import io.nvmetap.event.Transfer;
import io.nvmetap.finding.Finding;
import io.nvmetap.history.Command;
import io.nvmetap.history.History;
import io.nvmetap.nvme.Cqe;
import io.nvmetap.nvme.IdentifyCns;
import io.nvmetap.nvme.IdentifyNamespace;
import io.nvmetap.nvme.Opcodes;
import io.nvmetap.nvme.Registers;
import io.nvmetap.nvme.Sqe;
import io.nvmetap.nvme.StatusCode;
import java.io.Serializable;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;

/** What Identify tells: structures refused, answered with another, identifiers that are none. */
final class IdentifyNotes implements Serializable {
    private static final long serialVersionUID = 1L;

    private static final int VERSION_1_1 = 0x1_0100;
    private static final int VERSION_1_3 = 0x1_0300;
    private static final int ASKED_MAX = 64;
    private static final int NAMESPACES_MAX = 256;
    private static final int NSID_LAST = 0xFFFF_FFFD;

    private record Asked(int cns, int nsid, long seq) implements Serializable {
        private static final long serialVersionUID = 1L;
    }

    private record Named(byte[] identifier, long seq) implements Serializable {
        private static final long serialVersionUID = 1L;
    }

    private final Shown shown;
    private final Map<Long, Asked> asked = new LinkedHashMap<>();
    private final Map<Integer, Named> eui64 = new HashMap<>();
    private final Map<Integer, Named> nguid = new HashMap<>();
    private final byte[][] pages = new byte[2][];
    private int version;

    IdentifyNotes(Shown shown) {
        this.shown = shown;
    }

    void gap() {
        asked.clear();
        eui64.clear();
        nguid.clear();
        Arrays.fill(pages, null);
    }

    void note(History h, CapturedEvent e) {
        if (e.kind == EventKind.CAPTURE_STARTED) {
            version = (int) h.info().vs();
        }
        if (e.side != Side.DEVICE) {
            return;
        }
        switch (e.kind) {
            case REGISTER_READ -> {
                boolean vs = e.space == RegisterSpace.BAR0 && e.registerOffset == Registers.VS;
                version = vs && e.flag ? (int) e.value : version;
            }
            case COMMAND_EMITTED -> emitted(h.facts.command, e);
            case COMPLETION_SEEN -> completed(h.facts.command, e);
            case PAYLOAD -> payload(e);
            default -> {
                // Tells nothing of Identify.
            }
        }
    }

    private void emitted(Command c, CapturedEvent e) {
        if (c == null || !c.admin()) {
            return;
        }
        boolean changes =
                c.opcode == Opcodes.ADMIN_FORMAT_NVM
                        || c.opcode == Opcodes.ADMIN_NAMESPACE_MANAGEMENT;
        if (changes) {
            eui64.clear();
            nguid.clear();
        }
        if (c.opcode == Opcodes.ADMIN_IDENTIFY && c.cdw10Known && e.knows(Sqe.NSID_OFFSET, 4)) {
            if (asked.size() >= ASKED_MAX) {
                asked.remove(asked.keySet().iterator().next());
            }
            int nsid = (int) Sqe.nsid(e.entry, 0);
            asked.put(c.commandId, new Asked(c.cdw10 & 0xFF, nsid, e.seq));
        }
    }

    private void completed(Command c, CapturedEvent e) {
        if (c == null || !e.knows(Cqe.STATUS_OFFSET, 2)) {
            return;
        }
        int status = Cqe.status(e.entry, 0) & StatusCode.CODE_MASK;
        boolean refuses = status == StatusCode.INVALID_FIELD || status == StatusCode.INTERNAL_ERROR;
        Asked a = refuses ? asked.get(c.commandId) : null;
        if (a != null) {
            String refused = "refuses it: " + StatusCode.describe(status);
            without(a, refused, e.seq);
        }
    }

    /** A structure that its version must have. */
    private void without(Asked a, String how, long seq) {
        boolean list = a.cns == IdentifyCns.ACTIVE_NAMESPACE_LIST && version >= VERSION_1_1;
        boolean names = a.cns == IdentifyCns.NAMESPACE_DESCRIPTORS && version >= VERSION_1_3;
        boolean plain = Integer.compareUnsigned(a.nsid, NSID_LAST) <= 0;
        if ((list || names) && plain) {
            shown.add(
                    list ? Quirk.IDENTIFY_CNS : Quirk.NO_NS_DESC_LIST,
                    String.format(
                            "version %d.%d has Identify CNS %d, the controller %s",
                            version >>> 16, version >>> 8 & 0xFF, a.cns, how),
                    a.seq,
                    seq);
        }
    }

    /** The controller completes nothing any more: an Identify alone may be why. */
    void silent(History h, Finding f) {
        Command oldest = null;
        int waiting = 0;
        for (Command c : h.device.inFlight.values()) {
            if (!c.waitsForEvent()) {
                waiting++;
                oldest = c;
            }
        }
        Asked a = waiting == 1 && oldest.admin() ? asked.get(oldest.commandId) : null;
        if (a != null) {
            without(a, "never answers", f.toSeq());
        }
    }

    private void payload(CapturedEvent e) {
        Asked a = e.transfer == Transfer.FROM_DEVICE ? asked.get(e.commandId) : null;
        if (a == null || e.content.length < IdentifyNamespace.SIZE) {
            return;
        }
        if (a.cns <= IdentifyCns.CONTROLLER) {
            pages[a.cns] = e.content.clone();
        } else if (same(e.content, pages[0]) || same(e.content, pages[1])) {
            shown.add(
                    Quirk.IDENTIFY_CNS,
                    "answers Identify CNS " + a.cns + " with the page of CNS 0 or 1",
                    a.seq,
                    e.seq);
        }
        if (a.cns == IdentifyCns.NAMESPACE && a.nsid != -1) {
            named(eui64, "EUI64", a, e, IdentifyNamespace.EUI64_OFFSET, 8);
            named(nguid, "NGUID", a, e, IdentifyNamespace.NGUID_OFFSET, 16);
        }
    }

    private static boolean same(byte[] page, byte[] other) {
        return other != null && !empty(page) && Arrays.equals(page, other);
    }

    private static boolean empty(byte[] bytes) {
        for (byte b : bytes) {
            if (b != 0) {
                return false;
            }
        }
        return true;
    }

    private void named(
            Map<Integer, Named> names, String what, Asked a, CapturedEvent e, int at, int count) {
        byte[] name = Arrays.copyOfRange(e.content, at, at + count);
        if (empty(name)) {
            // It has none, and says so.
            return;
        }
        boolean constant = true;
        for (byte b : name) {
            constant &= b == name[0];
        }
        if (constant) {
            String text =
                    String.format("%s of namespace %d is %02x throughout", what, a.nsid, name[0]);
            shown.add(Quirk.BOGUS_NID, text, a.seq, e.seq);
        }
        Named before = names.get(a.nsid);
        if (before != null && !Arrays.equals(before.identifier, name)) {
            String text = what + " of namespace " + a.nsid + " changes";
            shown.add(Quirk.BOGUS_NID, text, before.seq, e.seq);
        }
        names.forEach(
                (nsid, other) -> {
                    if (nsid != a.nsid && Arrays.equals(other.identifier, name)) {
                        String text =
                                what + " of namespaces " + nsid + " and " + a.nsid + " is the same";
                        shown.add(Quirk.BOGUS_NID, text, other.seq, e.seq);
                    }
                });
        if (names.size() < NAMESPACES_MAX) {
            names.put(a.nsid, new Named(name, e.seq));
        }
    }
}
