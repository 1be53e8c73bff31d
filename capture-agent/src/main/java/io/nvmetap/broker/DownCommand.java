package io.nvmetap.broker;

import io.nvmetap.cli.CommandRunner;
import io.nvmetap.cli.ExitStatus;
import java.io.IOException;
import java.io.PrintStream;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;

/** {@code nvmetap down}: stops the local broker; data stay. */
@Command(
        name = "down",
        mixinStandardHelpOptions = true,
        description = "Stops the local Kafka broker, if it runs. Its data stay.")
public final class DownCommand implements Callable<Integer> {
    private final LocalBroker broker;
    private final PrintStream out;

    DownCommand(LocalBroker broker, PrintStream out) {
        this.broker = broker;
        this.out = out;
    }

    /** Entry point of the launcher. */
    public static void main(String[] args) {
        System.exit(
                CommandRunner.run(
                        new DownCommand(LocalBroker.ofUser(), System.out), args, System.err));
    }

    @Override
    public Integer call() throws IOException {
        boolean stopped = broker.stop();
        out.printf("broker    %s%n", stopped ? "stopped; data stay" : "does not run");
        return ExitStatus.OK;
    }
}
