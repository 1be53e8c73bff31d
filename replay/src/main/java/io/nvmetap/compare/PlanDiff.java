package io.nvmetap.compare;

import io.nvmetap.event.RegisterSpace;
import io.nvmetap.nvme.Cqe;
import io.nvmetap.nvme.Registers;
import io.nvmetap.nvme.StatusCode;
import io.nvmetap.plan.Answer;
import io.nvmetap.plan.Exchange;
import io.nvmetap.plan.Plan;
import io.nvmetap.plan.Stimulus;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Pattern;

/**
 * Two recordings compared by meaning: what the guest wrote and what it asked, queue by queue, and
 * what it was answered. Command identifiers, addresses, slots, times, doorbell values and the order
 * between queues mean nothing; which commands a queue got, in which order, does.
 */
public final class PlanDiff {
    private static final Pattern ADDRESS = Pattern.compile(" prp[12]=\\S+");

    private final Map<String, List<Item>> first;
    private final Map<String, List<Item>> second;
    private final Map<String, int[]> counts = new TreeMap<>();

    /**
     * Where two recordings part.
     *
     * @param stream queue or registers
     * @param number place in that stream, from 1
     * @param seqFirst event of the first recording, -1 it has no more
     * @param first what it says
     * @param seqSecond event of the second, -1 it has no more
     * @param second what that says
     */
    public record Difference(
            String stream,
            int number,
            long seqFirst,
            String first,
            long seqSecond,
            String second) {}

    private record Item(long seq, String what, Optional<Answer> answer) {}

    public PlanDiff(Plan first, Plan second) {
        this.first = streams(first, 0);
        this.second = streams(second, 1);
    }

    private Map<String, List<Item>> streams(Plan plan, int side) {
        Map<String, List<Item>> streams = new LinkedHashMap<>();
        int enable = 0;
        boolean enabled = false;
        for (Stimulus s : plan.stimuli()) {
            if (s instanceof Stimulus.WriteRegister w && w.space() == RegisterSpace.BAR0) {
                if (w.registerOffset() == Registers.CC) {
                    boolean on = Registers.ccEn((int) w.value());
                    enable += on && !enabled ? 1 : 0;
                    enabled = on;
                }
                if (meansSomething(w.registerOffset())) {
                    String what = "write " + Registers.describe(w.registerOffset(), w.value());
                    put(streams, "registers", new Item(w.at().seq(), what, Optional.empty()));
                }
            } else if (s instanceof Stimulus.ResetFunction r) {
                enabled = false;
                String what = "reset " + r.kind();
                put(streams, "registers", new Item(r.at().seq(), what, Optional.empty()));
            } else if (s instanceof Stimulus.Submit submit) {
                String stream =
                        (submit.sqid() == 0 ? "admin queue" : "submission queue " + submit.sqid())
                                + " of enable "
                                + enable;
                for (Exchange x : submit.exchanges()) {
                    count(x, side);
                    put(streams, stream, new Item(x.fetchedAt().seq(), meaning(x), x.answer()));
                }
            }
        }
        return streams;
    }

    /** What a command asks, without where its data is. */
    private static String meaning(Exchange x) {
        return ADDRESS.matcher(x.describe()).replaceAll("");
    }

    /** Queue addresses are anybody's choice. */
    private static boolean meansSomething(long offset) {
        return offset < Registers.ASQ || offset > Registers.ACQ_HIGH;
    }

    private static void put(Map<String, List<Item>> streams, String name, Item item) {
        streams.computeIfAbsent(name, n -> new ArrayList<>()).add(item);
    }

    private void count(Exchange x, int side) {
        String name = (x.admin() ? "admin " : "") + x.name();
        counts.computeIfAbsent(name, n -> new int[2])[side]++;
    }

    /**
     * @return the earliest difference, by the first recording's order; empty: none
     */
    public Optional<Difference> first() {
        Difference earliest = null;
        for (Difference d : all()) {
            if (earliest == null || order(d) < order(earliest)) {
                earliest = d;
            }
        }
        return Optional.ofNullable(earliest);
    }

    private static long order(Difference d) {
        return d.seqFirst >= 0 ? d.seqFirst : d.seqSecond;
    }

    /**
     * @return the first difference of each stream that has one
     */
    public List<Difference> all() {
        TreeSet<String> names = new TreeSet<>(first.keySet());
        names.addAll(second.keySet());
        List<Difference> found = new ArrayList<>();
        for (String name : names) {
            part(name).ifPresent(found::add);
        }
        return found;
    }

    private Optional<Difference> part(String name) {
        List<Item> a = first.getOrDefault(name, List.of());
        List<Item> b = second.getOrDefault(name, List.of());
        for (int i = 0; i < Math.max(a.size(), b.size()); i++) {
            Item left = i < a.size() ? a.get(i) : null;
            Item right = i < b.size() ? b.get(i) : null;
            if (left == null || right == null || !left.what.equals(right.what)) {
                return Optional.of(difference(name, i, left, right));
            }
            Optional<String> answers = answers(left, right);
            if (answers.isPresent()) {
                String[] two = answers.get().split("\n");
                Item x = new Item(left.seq, left.what + two[0], Optional.empty());
                Item y = new Item(right.seq, right.what + two[1], Optional.empty());
                return Optional.of(difference(name, i, x, y));
            }
        }
        return Optional.empty();
    }

    private static Difference difference(String name, int index, Item left, Item right) {
        return new Difference(
                name,
                index + 1,
                left == null ? -1 : left.seq,
                left == null ? "nothing more" : left.what,
                right == null ? -1 : right.seq,
                right == null ? "nothing more" : right.what);
    }

    /** Both ends of two answers that differ, a line each; what one did not see is not compared. */
    private static Optional<String> answers(Item left, Item right) {
        if (left.answer.isEmpty() && right.answer.isEmpty()) {
            return Optional.empty();
        }
        String a = status(left);
        String b = status(right);
        boolean unseen = a.isEmpty() || b.isEmpty();
        return unseen || a.equals(b) ? Optional.empty() : Optional.of(a + "\n" + b);
    }

    private static String status(Item item) {
        if (item.answer.isEmpty()) {
            return " -> no completion";
        }
        Answer answer = item.answer.get();
        return Cqe.known(answer.known(), Cqe.STATUS_OFFSET, 2)
                ? " -> " + StatusCode.describe(answer.status())
                : "";
    }

    /**
     * @return commands by name, first and second recording, where the numbers differ
     */
    public Map<String, int[]> counts() {
        Map<String, int[]> differing = new TreeMap<>(counts);
        differing.values().removeIf(n -> n[0] == n[1]);
        return differing;
    }

    /**
     * @return commands in the first recording and in the second
     */
    public int[] commands() {
        int[] sum = new int[2];
        counts.values()
                .forEach(
                        n -> {
                            sum[0] += n[0];
                            sum[1] += n[1];
                        });
        return sum;
    }
}
