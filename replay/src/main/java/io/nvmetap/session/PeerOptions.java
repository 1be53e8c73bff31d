package io.nvmetap.session;

import io.nvmetap.cli.CliFailure;
import io.nvmetap.compare.Divergence;
import io.nvmetap.compare.Verdict;
import io.nvmetap.target.PeerLimits;
import java.nio.file.Path;
import picocli.CommandLine.Option;

/** Options about builds in other processes. */
final class PeerOptions {
    private static final double SECONDS_MAX = 3_600;

    /** How such a build gets its guest's memory. */
    enum Memory {
        MESSAGES,
        FILE
    }

    /** What a build counts as whose process failed. */
    enum Failed {
        BAD,
        SKIP
    }

    @Option(
            names = "--memory",
            defaultValue = "messages",
            description =
                    "how exec: and vfio-user: drivers get guest memory: messages (each store is"
                            + " seen) or file (for drivers that must map it)")
    private Memory memory;

    @Option(
            names = "--start-limit",
            defaultValue = "30",
            paramLabel = "S",
            description = "seconds until a driver must serve its guest (default 30)")
    private double startSeconds;

    @Option(
            names = "--answer-limit",
            defaultValue = "10",
            paramLabel = "S",
            description = "seconds a driver may take for one register access (default 10)")
    private double answerSeconds;

    @Option(
            names = "--failed",
            defaultValue = "bad",
            description =
                    "what a build is whose process ends, hangs up, floods, never serves or stops"
                            + " answering: bad (default) or skip")
    private Failed failed;

    /**
     * @param output where the output of a process goes
     */
    ExternalSetting setting(Path output) {
        PeerLimits limits =
                PeerLimits.DEFAULT
                        .withStartNsMax((long) (seconds("--start-limit", startSeconds) * 1e9))
                        .withAnswers(
                                (long) (seconds("--answer-limit", answerSeconds) * 1e3),
                                PeerLimits.DEFAULT.answersNsMax());
        return ExternalSetting.of(output).withLimits(limits).withMapped(memory == Memory.FILE);
    }

    private static double seconds(String option, double value) {
        if (!(value >= 0.001 && value <= SECONDS_MAX)) {
            throw CliFailure.usage(option + " is 0.001 to 3600 seconds");
        }
        return value;
    }

    /** Whether a build with this verdict says nothing about what is looked for. */
    boolean skips(Verdict verdict) {
        boolean died = verdict.divergence().map(Divergence::processFailed).orElse(false);
        return verdict.outcome() == Verdict.Outcome.UNKNOWN || died && failed == Failed.SKIP;
    }
}
