package io.nvmetap.server;

/** A word of a command line to paste. */
final class ShellWord {
    private ShellWord() {}

    /** As it is if it is plain, else in single quotes (POSIX shell, 2.2.2). */
    static String of(String word) {
        return word.matches("[A-Za-z0-9_./:=@%+-]+")
                ? word
                : "'" + word.replace("'", "'\\''") + "'";
    }
}
