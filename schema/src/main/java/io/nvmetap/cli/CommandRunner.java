package io.nvmetap.cli;

import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.AccessDeniedException;
import java.nio.file.NoSuchFileException;
import java.util.concurrent.Callable;
import picocli.CommandLine;

/** Runs a picocli command with the exit statuses and the one-line errors all commands share. */
public final class CommandRunner {
    private CommandRunner() {}

    /**
     * @param command annotated command
     * @param args its arguments
     * @param err where errors go
     * @return exit status
     */
    public static int run(Callable<Integer> command, String[] args, PrintStream err) {
        CommandLine line = new CommandLine(command);
        line.setCaseInsensitiveEnumValuesAllowed(true);
        line.setExecutionExceptionHandler((e, cmd, parsed) -> report(e, err));
        line.setParameterExceptionHandler(
                (e, given) -> {
                    err.println(
                            "nvmetap: "
                                    + oneLine(e.getMessage())
                                    + " (try: nvmetap "
                                    + line.getCommandName()
                                    + " --help)");
                    return ExitStatus.USAGE;
                });
        return line.execute(args);
    }

    private static int report(Exception e, PrintStream err) {
        int status = e instanceof CliFailure f ? f.exitStatus() : ExitStatus.FAILURE;
        err.println("nvmetap: " + describe(e));
        return status;
    }

    private static String describe(Exception e) {
        if (e instanceof NoSuchFileException missing) {
            return missing.getFile() + ": no such file; check the path";
        }
        if (e instanceof AccessDeniedException denied) {
            return denied.getFile() + ": permission denied";
        }
        if (e instanceof CliFailure || e instanceof IOException) {
            return oneLine(e.getMessage());
        }
        return "internal error, please report: " + oneLine(e.toString());
    }

    private static String oneLine(String text) {
        return String.valueOf(text).replaceAll("\\s*\\R\\s*", " ").strip();
    }
}
