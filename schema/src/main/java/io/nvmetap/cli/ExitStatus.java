package io.nvmetap.cli;

/** Exit statuses; other people's scripts depend on them. */
public final class ExitStatus {
    /** Holds, same, done. */
    public static final int OK = 0;

    /** Findings at or above {@code --fail-on}, or diverged. */
    public static final int FOUND = 1;

    /** Wrong use. */
    public static final int USAGE = 2;

    /** Bad input or environment. */
    public static final int FAILURE = 3;

    /** Cannot be decided. */
    public static final int UNKNOWN = 4;

    private ExitStatus() {}
}
