package io.nvmetap.broker;

import io.nvmetap.cli.CommandRunner;
import io.nvmetap.cli.ExitStatus;
import io.nvmetap.trace.Topics;
import java.io.IOException;
import java.io.PrintStream;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;

/** {@code nvmetap up}: starts the local broker, or finds it running. */
@Command(
        name = "up",
        mixinStandardHelpOptions = true,
        description = {
            "Starts the local Kafka broker, if it does not run, and creates the topics.",
            "Its data are kept in NVMETAP_HOME (default: nvmetap in the user's data folder)."
        })
public final class UpCommand implements Callable<Integer> {
    private final LocalBroker broker;
    private final PrintStream out;

    UpCommand(LocalBroker broker, PrintStream out) {
        this.broker = broker;
        this.out = out;
    }

    /** Entry point of the launcher. */
    public static void main(String[] args) {
        System.exit(
                CommandRunner.run(
                        new UpCommand(LocalBroker.ofUser(), System.out), args, System.err));
    }

    @Override
    public Integer call() throws IOException {
        long begin = System.nanoTime();
        boolean before = broker.status().running();
        broker.start(Topics.ALL);
        BrokerState state = broker.status();
        double seconds = (System.nanoTime() - begin) / 1e9;
        String how = before ? "runs" : String.format("started in %.1f s", seconds);
        out.printf("broker    %s   %s   pid %d%n", state.bootstrapServers(), how, state.pid());
        out.printf("data      %s%n", state.folder());
        out.printf("dashboard nvmetap serve --bootstrap-servers %s%n", state.bootstrapServers());
        out.printf("next      nvmetap publish F   |   nvmetap status   |   nvmetap down%n");
        return ExitStatus.OK;
    }
}
