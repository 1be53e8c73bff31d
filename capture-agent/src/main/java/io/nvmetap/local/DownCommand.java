package io.nvmetap.local;

import io.nvmetap.broker.LocalBroker;
import io.nvmetap.cli.CommandRunner;
import io.nvmetap.cli.ExitStatus;
import java.io.IOException;
import java.io.PrintStream;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;

/** {@code nvmetap down}: stops dashboard, live job and local broker; data stay. */
@Command(
        name = "down",
        mixinStandardHelpOptions = true,
        description = "Stops dashboard, live job and local Kafka broker. Data stay.")
public final class DownCommand implements Callable<Integer> {
    private final LocalBroker broker;
    private final LocalServices services;
    private final PrintStream out;

    DownCommand(LocalBroker broker, LocalServices services, PrintStream out) {
        this.broker = broker;
        this.services = services;
        this.out = out;
    }

    /** Entry point of the launcher. */
    public static void main(String[] args) {
        LocalBroker broker = LocalBroker.ofUser();
        LocalServices services = LocalServices.ofUser(broker.root());
        DownCommand command = new DownCommand(broker, services, System.out);
        System.exit(CommandRunner.run(command, args, System.err));
    }

    @Override
    public Integer call() throws IOException {
        if (services.stop()) {
            out.printf("services  stopped%n");
        }
        boolean stopped = broker.stop();
        out.printf("broker    %s%n", stopped ? "stopped; data stay" : "does not run");
        return ExitStatus.OK;
    }
}
