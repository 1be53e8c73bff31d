package io.nvmetap.local;

import io.nvmetap.broker.BrokerAdmin;
import io.nvmetap.broker.BrokerState;
import io.nvmetap.broker.LocalBroker;
import io.nvmetap.cli.CommandRunner;
import io.nvmetap.cli.ExitStatus;
import java.io.IOException;
import java.io.PrintStream;
import java.time.Duration;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;

/** {@code nvmetap status}: how local broker, live job and dashboard are. */
@Command(
        name = "status",
        mixinStandardHelpOptions = true,
        description =
                "Says whether the local Kafka broker, the live job and the dashboard run, where, and what"
                        + " the topics hold.")
public final class StatusCommand implements Callable<Integer> {
    private static final Duration PATIENCE = Duration.ofSeconds(5);

    private final LocalBroker broker;
    private final LocalServices services;
    private final PrintStream out;

    StatusCommand(LocalBroker broker, LocalServices services, PrintStream out) {
        this.broker = broker;
        this.services = services;
        this.out = out;
    }

    /** Entry point of the launcher. */
    public static void main(String[] args) {
        LocalBroker broker = LocalBroker.ofUser();
        LocalServices services = LocalServices.ofUser(broker.root());
        StatusCommand command = new StatusCommand(broker, services, System.out);
        System.exit(CommandRunner.run(command, args, System.err));
    }

    @Override
    public Integer call() throws IOException {
        BrokerState state = broker.status();
        if (!state.running()) {
            out.printf("broker    does not run; start it with `nvmetap up`%n");
            out.printf("data      %s%n", state.folder());
            services.lines().forEach(out::println);
            return ExitStatus.OK;
        }
        String how = state.answers() ? "answers" : "does not answer (yet)";
        out.printf("broker    %s   %s   pid %d%n", state.bootstrapServers(), how, state.pid());
        services.lines().forEach(out::println);
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
