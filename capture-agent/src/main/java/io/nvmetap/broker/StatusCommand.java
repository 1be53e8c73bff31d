package io.nvmetap.broker;

import io.nvmetap.cli.CommandRunner;
import io.nvmetap.cli.ExitStatus;
import java.io.IOException;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;

/** {@code nvmetap status}. */
@Command(
        name = "status",
        mixinStandardHelpOptions = true,
        description = "Says whether the local broker runs.")
public final class StatusCommand implements Callable<Integer> {
    /** Entry point of the launcher. */
    public static void main(String[] args) {
        System.exit(CommandRunner.run(new StatusCommand(), args, System.err));
    }

    @Override
    public Integer call() throws IOException {
        LocalBroker broker = LocalBroker.ofUser();
        System.out.println("broker    " + broker.running().orElse("not running"));
        System.out.println("data      " + broker.root());
        return ExitStatus.OK;
    }
}
