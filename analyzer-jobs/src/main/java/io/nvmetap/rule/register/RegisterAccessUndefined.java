package io.nvmetap.rule.register;

import io.nvmetap.event.CapturedEvent;
import io.nvmetap.event.EventKind;
import io.nvmetap.event.InterruptKind;
import io.nvmetap.event.RegisterSpace;
import io.nvmetap.event.Side;
import io.nvmetap.finding.Severity;
import io.nvmetap.history.History;
import io.nvmetap.history.Profiles;
import io.nvmetap.nvme.Register;
import io.nvmetap.nvme.Registers;
import io.nvmetap.rule.Judge;
import io.nvmetap.rule.Rule;
import io.nvmetap.rule.RuleInfo;
import io.nvmetap.rule.Where;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * A register access that the specification does not define: misaligned, too small, to what is read
 * only or reserved, to INTMS or INTMC under MSI-X, beside the doorbells. Each place is told once.
 */
public final class RegisterAccessUndefined extends Rule {
    private static final long serialVersionUID = 1L;

    /** From here to the doorbells: command set specific (NVMe Base 2.0, 3.1.3). */
    private static final int COMMAND_SET_SPECIFIC = 0xF00;

    private static final int CSTS_NSSRO = 1 << 4;

    /** Places told; more than a driver has. */
    private static final int SPOKEN_MAX = 1_024;

    private final Set<String> spoken = new HashSet<>();
    private long messagesGuestSeq = -1;
    private long messagesDeviceSeq = -1;
    private long gapSeen = -1;

    public RegisterAccessUndefined() {
        super(
                new RuleInfo(
                        "register-access-undefined",
                        "Register access that is not defined",
                        Severity.WARNING,
                        RuleInfo.Scope.CONTROLLER,
                        "NVMe over PCIe Transport 1.0, 3.1 (native width or aligned 32 bits);"
                                + " NVMe Base 2.0, 3.1.3 (access types of properties), 3.1.3.3 and"
                                + " 3.1.3.4 (INTMS, INTMC: not under MSI-X)",
                        "Access registers whole and aligned, write only what can be written, and"
                                + " look at CAP before a register that is optional.",
                        List.of()));
    }

    @Override
    public Set<EventKind> reads() {
        return Set.of(EventKind.INTERRUPT_RAISED, EventKind.INTERRUPT_DELIVERED);
    }

    @Override
    public void step(History h, CapturedEvent e, Judge judge) {
        messages(h, e);
        boolean write = e.kind == EventKind.REGISTER_WRITTEN;
        boolean access = write || e.kind == EventKind.REGISTER_READ;
        boolean doorbells = e.registerOffset >= Registers.DOORBELL_BASE;
        // Reads there are the business of doorbell-read-or-early; Apple has registers of its own.
        if (!access
                || e.space != RegisterSpace.BAR0
                || doorbells && (!write || Profiles.isApple(h))) {
            return;
        }
        judge.chance();
        String wrong = shape(e);
        if (wrong.isEmpty()) {
            wrong = doorbells ? "writes beside the doorbells" : place(h, e, write, judge);
        }
        boolean fresh =
                !wrong.isEmpty()
                        && spoken.size() < SPOKEN_MAX
                        && spoken.add(e.side + " " + e.registerOffset + wrong);
        if (fresh) {
            long messages = e.side == Side.GUEST ? messagesGuestSeq : messagesDeviceSeq;
            judge.violated(
                    h.actor(e.side),
                    String.format(
                            "An access of %d bytes at %xh (%s) %s.",
                            e.widthBytes,
                            e.registerOffset,
                            Registers.name(e.registerOffset),
                            wrong),
                    Where.NOWHERE,
                    wrong.contains("MSI-X") ? messages : -1,
                    e.seq);
        }
    }

    /** Messages were seen since the last enable, reset or change of the configuration space. */
    private void messages(History h, CapturedEvent e) {
        boolean config =
                e.kind == EventKind.REGISTER_WRITTEN && e.space == RegisterSpace.PCI_CONFIG;
        if (gapSeen != h.gapSeq || config || e.kind == EventKind.CONTROLLER_RESET) {
            gapSeen = h.gapSeq;
            messagesGuestSeq = -1;
            messagesDeviceSeq = -1;
        } else if (h.facts.enabled || h.facts.disabled) {
            messagesGuestSeq = e.side == Side.GUEST ? -1 : messagesGuestSeq;
            messagesDeviceSeq = e.side == Side.DEVICE ? -1 : messagesDeviceSeq;
        } else if (e.kind == EventKind.INTERRUPT_RAISED) {
            messagesDeviceSeq = e.interrupt == InterruptKind.MSIX ? e.seq : -1;
        } else if (e.kind == EventKind.INTERRUPT_DELIVERED) {
            messagesGuestSeq = e.interrupt == InterruptKind.MSIX ? e.seq : -1;
        }
    }

    private static String shape(CapturedEvent e) {
        if ((e.registerOffset & 3) != 0) {
            return "is not aligned to 32 bits";
        }
        if (e.widthBytes < 4) {
            return "is smaller than 32 bits";
        }
        if (e.widthBytes == 4) {
            return "";
        }
        Optional<Register> whole = Registers.at(e.registerOffset);
        boolean fits =
                e.widthBytes == 8
                        && whole.isPresent()
                        && whole.get().width() == 8
                        && whole.get().offset() == e.registerOffset;
        return fits ? "" : "is wider than the register";
    }

    private String place(History h, CapturedEvent e, boolean write, Judge judge) {
        int offset = (int) e.registerOffset;
        long messages = e.side == Side.GUEST ? messagesGuestSeq : messagesDeviceSeq;
        if (offset == Registers.INTMS || offset == Registers.INTMC) {
            return messages >= 0 ? "touches the interrupt mask while MSI-X is in use" : "";
        }
        if (!write) {
            return "";
        }
        Optional<Register> register = Registers.at(offset);
        if (register.isEmpty()) {
            boolean reserved = offset < COMMAND_SET_SPECIFIC && !Profiles.isApple(h);
            return reserved ? "writes what is reserved" : "";
        }
        if (!register.get().access().writable()) {
            return "writes what is read only";
        }
        return optional(register.get(), e.value, EnableTrack.cap(h, e.side), judge);
    }

    private static String optional(Register register, long value, long cap, Judge judge) {
        boolean nssro = register == Register.CSTS && (value & CSTS_NSSRO) != 0;
        boolean reset = register == Register.NSSR && (int) value == Registers.NSSR_RESET;
        boolean cmb = register == Register.CMBMSC;
        boolean pmr = register.offset() >= Registers.PMRCAP;
        if (register == Register.CSTS && (value & ~CSTS_NSSRO & 0xFFFF_FFFFL) != 0) {
            return "writes bits of CSTS that are read only";
        }
        if ((nssro || reset || cmb || pmr) && cap == 0) {
            judge.doubt("CAP was not seen before a register that it makes optional");
            return "";
        }
        if (nssro && !Registers.capNssrs(cap)) {
            return "clears CSTS.NSSRO, and CAP.NSSRS is 0";
        }
        if (reset && !Registers.capNssrs(cap)) {
            return "asks for a subsystem reset, and CAP.NSSRS is 0";
        }
        if (cmb && !Registers.capCmbs(cap)) {
            return "writes CMBMSC, and CAP.CMBS is 0";
        }
        return pmr && !Registers.capPmrs(cap) ? "writes what is reserved: CAP.PMRS is 0" : "";
    }
}
