package io.nvmetap.report;

import io.nvmetap.finding.Finding;
import io.nvmetap.finding.Party;
import io.nvmetap.finding.Severity;
import io.nvmetap.finding.Verdict;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/**
 * How one planted fault fared over its recordings.
 *
 * <p>Found: a finding of the rule of that name. Right owner: it names the party that has the fault.
 * False: in a healthy run any finding, and in a faulted run one of an ERROR that accuses a party
 * other than the labelled one; what the label says is also true of the run aside.
 */
final class FaultScore {
    final String fault;
    final String owner;
    int runs;
    int healthyRuns;
    int found;
    int rightOwner;
    int falseFindings;
    long events;
    final List<Long> foundAfterNs = new ArrayList<>();
    final List<String> missed = new ArrayList<>();
    final Set<String> falseWords = new LinkedHashSet<>();

    FaultScore(String fault, String owner) {
        this.fault = fault;
        this.owner = owner;
    }

    /** One faulted recording and what was found in it. */
    void faulted(FaultLabel label, List<Finding> findings) {
        runs++;
        boolean hit = false;
        boolean right = false;
        long first = Long.MAX_VALUE;
        for (Finding f : findings) {
            if (f.verdict() != Verdict.VIOLATED) {
                continue;
            }
            boolean same = f.owner().name().equals(owner);
            boolean accuses = f.owner() != Party.UNKNOWN;
            if (f.rule().equals(fault)) {
                hit = true;
                right |= same;
                first = Math.min(first, f.timeNs());
            } else if (!same && accuses && f.severity() == Severity.ERROR && !known(label, f)) {
                wrong(label, f);
            }
        }
        if (hit) {
            found++;
            foundAfterNs.add(first);
        } else {
            missed.add("missed: " + label.repeat());
        }
        rightOwner += right ? 1 : 0;
    }

    /** One healthy recording and what was found in it. */
    void healthy(FaultLabel label, List<Finding> findings) {
        healthyRuns++;
        for (Finding f : findings) {
            if (f.verdict() == Verdict.VIOLATED && !known(label, f)) {
                wrong(label, f);
            }
        }
    }

    private static boolean known(FaultLabel label, Finding f) {
        return label.alsoTrue().contains(f.rule() + " " + f.owner());
    }

    private void wrong(FaultLabel label, Finding f) {
        falseFindings++;
        falseWords.add("false: " + f.rule() + " " + f.owner() + ": " + label.repeat());
    }

    /** Event time from the start of the recording to the finding, median, nanoseconds; -1 none. */
    long foundAfterNsMedian() {
        List<Long> sorted = foundAfterNs.stream().sorted().toList();
        return sorted.isEmpty() ? -1 : sorted.get(sorted.size() / 2);
    }
}
