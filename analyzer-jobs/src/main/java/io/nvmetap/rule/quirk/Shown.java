package io.nvmetap.rule.quirk;

import java.io.Serializable;
import java.util.EnumMap;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.LongStream;

/** Quirks that were shown, each with the first proof of it. */
final class Shown implements Serializable {
    private static final long serialVersionUID = 1L;

    private final Map<Quirk, String> proofs = new EnumMap<>(Quirk.class);

    /** The events show it; the first proof is kept. */
    void add(Quirk quirk, String how, long... seqs) {
        proofs.computeIfAbsent(
                quirk,
                q ->
                        how
                                + "; events "
                                + LongStream.of(seqs)
                                        .filter(s -> s >= 0)
                                        .distinct()
                                        .sorted()
                                        .mapToObj(Long::toString)
                                        .collect(Collectors.joining(", ")));
    }

    Map<Quirk, String> proofs() {
        return proofs;
    }
}
