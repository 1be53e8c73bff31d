package io.nvmetap.cli;

/** Ends a command with one line that says what is wrong and what to do. */
public final class CliFailure extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final int exitStatus;

    private CliFailure(int exitStatus, String message) {
        super(message, null, false, false);
        this.exitStatus = exitStatus;
    }

    /** Wrong use: unknown name, contradicting options. */
    public static CliFailure usage(String message) {
        return new CliFailure(ExitStatus.USAGE, message);
    }

    /** Bad input or environment: file, broker, disk. */
    public static CliFailure environment(String message) {
        return new CliFailure(ExitStatus.FAILURE, message);
    }

    /**
     * @return status to exit with
     */
    public int exitStatus() {
        return exitStatus;
    }
}
