package io.nvmetap.broker;

import io.nvmetap.cli.CommandRunner;
import io.nvmetap.cli.ExitStatus;
import java.io.IOException;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;

/** {@code nvmetap down}. */
@Command(
        name = "down",
        mixinStandardHelpOptions = true,
        description = "Stops the local broker; its data stays.")
public final class DownCommand implements Callable<Integer> {
    /** Entry point of the launcher. */
    public static void main(String[] args) {
        System.exit(CommandRunner.run(new DownCommand(), args, System.err));
    }

    @Override
    public Integer call() throws IOException {
        boolean ran = LocalBroker.ofUser().stop();
        System.out.println("broker    " + (ran ? "stopped" : "was not running"));
        return ExitStatus.OK;
    }
}
