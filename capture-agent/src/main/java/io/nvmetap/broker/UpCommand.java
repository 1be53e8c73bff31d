package io.nvmetap.broker;

import io.nvmetap.cli.CommandRunner;
import io.nvmetap.cli.ExitStatus;
import io.nvmetap.trace.Topics;
import java.io.IOException;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;

/** {@code nvmetap up}. */
@Command(
        name = "up",
        mixinStandardHelpOptions = true,
        description = "Starts the local broker (KRaft, one node, data kept).")
public final class UpCommand implements Callable<Integer> {
    /** Entry point of the launcher. */
    public static void main(String[] args) {
        System.exit(CommandRunner.run(new UpCommand(), args, System.err));
    }

    @Override
    public Integer call() throws IOException {
        String address = LocalBroker.ofUser().start(Topics.ALL);
        System.out.println("broker    " + address + "   up");
        return ExitStatus.OK;
    }
}
