package io.nvmetap.plan;

import io.nvmetap.event.RegisterSpace;
import io.nvmetap.nvme.Registers;
import java.util.Map;
import java.util.function.Consumer;

/** A plan in words, one line a step. */
public final class PlanText {
    private PlanText() {}

    /** Writes the plan line by line. */
    public static void write(Plan plan, Consumer<String> out) {
        for (Stimulus stimulus : plan.stimuli()) {
            out.accept(String.format("%10d  %s", stimulus.at().seq(), describe(stimulus)));
            if (stimulus instanceof Stimulus.Submit submit) {
                submit.exchanges().forEach(x -> out.accept("            " + describe(x)));
            }
        }
        adaptations(plan).forEach(out);
        plan.unknown()
                .ifPresent(u -> out.accept("unknown   from event " + u.seq() + ": " + u.reason()));
    }

    /** One line an adaptation. */
    public static java.util.stream.Stream<String> adaptations(Plan plan) {
        return plan.adaptations().entrySet().stream()
                .sorted(Map.Entry.comparingByKey())
                .map(a -> String.format("adapted   %,d x %s", a.getValue(), a.getKey().text()));
    }

    /** One step. */
    public static String describe(Stimulus stimulus) {
        if (stimulus instanceof Stimulus.WriteRegister w) {
            return w.space() == RegisterSpace.BAR0
                    ? "write " + Registers.describe(w.registerOffset(), w.value())
                    : String.format(
                            "write MSI-X table +0x%x = 0x%x", w.registerOffset(), w.value());
        }
        if (stimulus instanceof Stimulus.ReadRegister r) {
            return r.space() == RegisterSpace.BAR0
                    ? "read " + Registers.name(r.registerOffset())
                    : String.format("read MSI-X table +0x%x", r.registerOffset());
        }
        if (stimulus instanceof Stimulus.PollStatus p) {
            return p.mask() == 0
                    ? "read CSTS"
                    : String.format(
                            "read CSTS until & 0x%x = 0x%x (%d reads recorded)",
                            p.mask(), p.expected(), p.reads());
        }
        if (stimulus instanceof Stimulus.Submit s) {
            return "submit " + s.exchanges().size() + " on SQ " + s.sqid();
        }
        if (stimulus instanceof Stimulus.Acknowledge a) {
            return "acknowledge " + a.entries() + " on CQ " + a.cqid();
        }
        if (stimulus instanceof Stimulus.RingRaw r) {
            return "ring "
                    + (r.completion() ? "CQ head " : "SQ tail ")
                    + r.qid()
                    + " with "
                    + r.value();
        }
        if (stimulus instanceof Stimulus.ResetFunction r) {
            return "reset " + r.kind();
        }
        Stimulus.ChooseInterrupts choice = (Stimulus.ChooseInterrupts) stimulus;
        return "interrupts by " + choice.kind() + " unmask " + choice.vectors();
    }

    private static String describe(Exchange exchange) {
        String ends =
                exchange.answer()
                        .map(
                                a ->
                                        String.format(
                                                "status 0x%x at event %d",
                                                a.status(), a.at().seq()))
                        .orElse("no completion recorded");
        return exchange.describe() + " -> " + ends;
    }
}
