package io.nvmetap.report;

import io.nvmetap.finding.Finding;
import io.nvmetap.finding.Party;
import io.nvmetap.finding.Severity;
import io.nvmetap.finding.Verdict;
import java.util.ArrayList;
import java.util.List;

/**
 * How one planted fault fared over its recordings.
 *
 * <p>Found: a finding of the rule of that name. Right owner: it names the party that has the fault.
 * False: any finding in a healthy run (what is true of the healthy run aside), and in a faulted run
 * an ERROR that accuses a party other than the labelled one.
 */
final class FaultScore {
    final String fault;
    final String owner;
    int runs;
    int found;
    int rightOwner;
    int falseFindings;
    long events;
    final List<Long> foundAfterNs = new ArrayList<>();
    final List<String> missed = new ArrayList<>();

    FaultScore(String fault, String owner) {
        this.fault = fault;
        this.owner = owner;
    }

    /** One faulted recording and what was found in it. */
    void faulted(String recording, List<Finding> findings) {
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
            } else if (!same && accuses && f.severity() == Severity.ERROR) {
                falseFindings++;
            }
        }
        if (hit) {
            found++;
            foundAfterNs.add(first);
        } else {
            missed.add(recording);
        }
        rightOwner += right ? 1 : 0;
    }

    /** One healthy recording and what was found in it. */
    void healthy(List<Finding> findings) {
        falseFindings +=
                (int) findings.stream().filter(f -> f.verdict() == Verdict.VIOLATED).count();
    }

    /** Event time from the start of the recording to the finding, median, nanoseconds; -1 none. */
    long foundAfterNsMedian() {
        List<Long> sorted = foundAfterNs.stream().sorted().toList();
        return sorted.isEmpty() ? -1 : sorted.get(sorted.size() / 2);
    }
}
