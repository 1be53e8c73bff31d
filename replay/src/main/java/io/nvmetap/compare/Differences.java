package io.nvmetap.compare;

import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Where a device that is not the recorded one answered otherwise though the replay went on.
 *
 * @param listed the first of each kind, in their order; what is said again is only counted
 * @param counts how many of each kind
 */
public record Differences(List<Difference> listed, Map<Differing, Long> counts) {
    /** Differences of one kind that are kept word for word. */
    public static final int LISTED_MAX = 20;

    /** None. */
    public static final Differences NONE = new Differences(List.of(), Map.of());

    public Differences {
        listed = List.copyOf(listed);
        counts = Map.copyOf(counts);
    }

    /**
     * One of them.
     *
     * @param kind what differs
     * @param where event and sentence
     */
    public record Difference(Differing kind, Divergence where) {}

    /** The first of a kind. */
    public Optional<Divergence> first(Differing kind) {
        return listed.stream().filter(d -> d.kind() == kind).map(Difference::where).findFirst();
    }

    /** These and one more. */
    public Differences plus(Differing kind, long seq, String sentence) {
        List<Difference> more = new ArrayList<>(listed);
        more.add(new Difference(kind, new Divergence(seq, sentence)));
        Map<Differing, Long> counted = new EnumMap<>(Differing.class);
        counted.putAll(counts);
        counted.merge(kind, 1L, Long::sum);
        return new Differences(more, counted);
    }

    /** How many of a kind are not listed. */
    public long unlisted(Differing kind) {
        long told = listed.stream().filter(d -> d.kind() == kind).count();
        return counts.getOrDefault(kind, 0L) - told;
    }

    /** Collects them. */
    static final class Collector {
        private final List<Difference> listed = new ArrayList<>();
        private final Map<Differing, Long> counts = new EnumMap<>(Differing.class);
        private final Map<Differing, Set<String>> told = new EnumMap<>(Differing.class);

        void add(Differing kind, long seq, String sentence) {
            counts.merge(kind, 1L, Long::sum);
            Set<String> sentences = told.computeIfAbsent(kind, k -> new HashSet<>());
            if (sentences.size() < LISTED_MAX && sentences.add(sentence)) {
                listed.add(new Difference(kind, new Divergence(seq, sentence)));
            }
        }

        Differences all() {
            return new Differences(listed, counts);
        }
    }
}
