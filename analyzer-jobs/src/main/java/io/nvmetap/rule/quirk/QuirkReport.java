package io.nvmetap.rule.quirk;

import io.nvmetap.event.CapturedEvent;
import io.nvmetap.event.ControllerInfo;
import io.nvmetap.event.EventKind;
import io.nvmetap.event.Unseen;
import io.nvmetap.finding.Finding;
import io.nvmetap.finding.Party;
import io.nvmetap.finding.Verdict;
import io.nvmetap.history.History;
import io.nvmetap.rule.Rule;
import java.io.Serializable;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * What the controller and the firmware of a recording need, as far as it shows: each need with the
 * events that show it, and what a mediator does about all of them. Nothing is taken from a list of
 * models. Where events are missing, what is shown before and after counts, nothing across.
 */
public final class QuirkReport implements Serializable {
    private static final long serialVersionUID = 1L;

    /** Rules whose findings show a quirk, if they accuse this party. */
    private static final Map<String, Quirk> BY_RULE =
            Map.of(
                    "number-of-queues-never-set", Quirk.NUMBER_OF_QUEUES_NEVER_SET,
                    "apst-deep-sleep-hang", Quirk.NO_DEEPEST_PS,
                    "apple-unacked-cqe-stall", Quirk.ACK_AT_ONCE,
                    "apple-buffer-reuse-stall", Quirk.OWN_BUFFERS,
                    "sq-cq-doorbell-pair-race", Quirk.PAIRED_DOORBELLS,
                    "ans2-intms-keepalive", Quirk.MSI_READ_INTMS,
                    "apple2001-flush-with-depth", Quirk.FLUSH_ALONE,
                    "stripe-or-depth-mismatch", Quirk.STRIPE_SIZE);

    /** The rule whose silent commands show what the controller cannot do. */
    private static final String STALL = "command-stall";

    /** Kinds that tell nothing here, if nothing is missing before them: most of a recording. */
    private static final Set<EventKind> NOTHING = EnumSet.copyOf(Rule.BUSY);

    static {
        NOTHING.removeAll(
                EnumSet.of(
                        EventKind.COMMAND_EMITTED,
                        EventKind.COMPLETION_SEEN,
                        EventKind.INTERRUPT_RAISED,
                        EventKind.PAYLOAD));
    }

    private final Shown shown = new Shown();
    private final IdentifyNotes identify = new IdentifyNotes(shown);
    private final TagNotes tags = new TagNotes(shown);
    private final VectorNotes vectors = new VectorNotes(shown);
    private final ReadyNotes ready = new ReadyNotes(shown);
    private final CommandNotes commands = new CommandNotes(shown);
    private final StripeNotes stripe = new StripeNotes(shown);

    /** Looks at an event that {@code h} has just applied. */
    public void note(History h, CapturedEvent e) {
        if (NOTHING.contains(e.kind) && h.gapSeq != e.seq) {
            return;
        }
        if (h.header.unseen().contains(Unseen.DEVICE_SIDE) || mixed(h)) {
            return;
        }
        if (h.gapSeq == e.seq) {
            identify.gap();
            tags.gap();
            vectors.gap();
            ready.gap();
            commands.gap();
        }
        identify.note(h, e);
        tags.note(h, e);
        vectors.note(h, e);
        ready.note(h, e);
        commands.note(h, e);
        stripe.note(h, e);
    }

    private static boolean mixed(History h) {
        return !h.header.mixedControllers().isEmpty();
    }

    /** Whether it looks at what this rule finds. */
    public static boolean heeds(String rule) {
        return BY_RULE.containsKey(rule) || rule.equals(STALL);
    }

    /** Looks at what a rule found. */
    public void found(History h, Finding f) {
        if (f.verdict() != Verdict.VIOLATED || mixed(h)) {
            return;
        }
        Quirk quirk = BY_RULE.get(f.rule());
        Party needs = quirk == Quirk.NUMBER_OF_QUEUES_NEVER_SET ? Party.GUEST : Party.CONTROLLER;
        if (quirk != null && f.owner() == needs) {
            shown.add(quirk, "rule " + f.rule(), f.fromSeq(), f.toSeq());
        }
        boolean silent = f.owner() == Party.CONTROLLER || f.owner() == Party.UNKNOWN;
        if (f.rule().equals(STALL) && silent) {
            identify.silent(h, f);
            commands.silent(h, f);
        }
    }

    /** One line a quirk, and one that says how to drive this controller; none if nothing shows. */
    public List<String> lines(History h) {
        Map<Quirk, String> proofs = shown.proofs();
        if (proofs.isEmpty()) {
            return List.of();
        }
        List<String> out = new ArrayList<>();
        proofs.forEach((quirk, proof) -> out.add(quirk.title() + ": " + proof));
        out.add(
                "so drive "
                        + name(h.info())
                        + " with: "
                        + proofs.keySet().stream()
                                .map(Quirk::setting)
                                .collect(Collectors.joining("; ")));
        return out;
    }

    private static String name(ControllerInfo info) {
        String ids =
                info.vendorId() < 0
                        ? "this controller"
                        : String.format("controller %04x:%04x", info.vendorId(), info.deviceId());
        String what = (info.model() + " " + info.firmwareRevision()).trim();
        return what.isEmpty() ? ids : ids + " (" + what + ")";
    }
}
