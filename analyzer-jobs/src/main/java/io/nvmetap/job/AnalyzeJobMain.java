package io.nvmetap.job;

import io.nvmetap.cli.CommandRunner;
import io.nvmetap.cli.Progress;
import io.nvmetap.report.AnalyzeCommand;
import io.nvmetap.report.FileRunner;

/** Entry point of {@code nvmetap analyze} with Flink on the class path. */
public final class AnalyzeJobMain {
    private AnalyzeJobMain() {}

    /** Entry point of the launcher. */
    public static void main(String[] args) {
        AnalyzeCommand command =
                new AnalyzeCommand(
                        new FileRunner(Progress.onTerminal()),
                        new FlinkRunner(),
                        System.out,
                        System.err);
        System.exit(CommandRunner.run(command, args, System.err));
    }
}
