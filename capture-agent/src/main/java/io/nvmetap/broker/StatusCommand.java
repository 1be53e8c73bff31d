package io.nvmetap.broker;

import io.nvmetap.cli.CommandRunner;
import io.nvmetap.cli.ExitStatus;
import java.io.IOException;
import java.io.PrintStream;
import java.time.Duration;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;

/** {@code nvmetap status}: how the local broker is and what it holds. */
@Command(
        name = "status",
        mixinStandardHelpOptions = true,
        description = "Says whether the local Kafka broker runs, where, and what it holds.")
public final class StatusCommand implements Callable<Integer> {
    private static final Duration PATIENCE = Duration.ofSeconds(5);

    private final LocalBroker broker;
    private final PrintStream out;

    StatusCommand(LocalBroker broker, PrintStream out) {
        this.broker = broker;
        this.out = out;
    }

    /** Entry point of the launcher. */
    public static void main(String[] args) {
        System.exit(
                CommandRunner.run(
                        new StatusCommand(LocalBroker.ofUser(), System.out), args, System.err));
    }

    @Override
    public Integer call() throws IOException {
        BrokerState state = broker.status();
        if (!state.running()) {
            out.printf("broker    does not run; start it with `nvmetap up`%n");
            out.printf("data      %s%n", state.folder());
            return ExitStatus.OK;
        }
        String how = state.answers() ? "answers" : "does not answer (yet)";
        out.printf("broker    %s   %s   pid %d%n", state.bootstrapServers(), how, state.pid());
        out.printf("data      %s%n", state.folder());
        if (state.answers()) {
            try (BrokerAdmin admin = BrokerAdmin.connect(state.bootstrapServers(), PATIENCE)) {
                admin.messages()
                        .forEach((t, n) -> out.printf("topic     %-20s %,d messages%n", t, n));
            }
        }
        return ExitStatus.OK;
    }
}
