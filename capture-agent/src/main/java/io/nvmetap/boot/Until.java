package io.nvmetap.boot;

import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;

/**
 * When a boot is over.
 *
 * @param kind how to tell
 * @param pattern what the console must show, for {@link Kind#CONSOLE}
 */
record Until(Kind kind, Pattern pattern) {
    enum Kind {
        /** The UEFI shell waits for a command. */
        SHELL,
        /** The guest switched itself off. */
        POWEROFF,
        /** The console shows something. */
        CONSOLE
    }

    private static final String PROMPT = "^(Shell|FS\\d+:.*)> ";

    /** What the UEFI shell says when it counts down, and when it is ready. */
    static final Pattern SHELL_COUNTS = Pattern.compile("Press ESC|" + PROMPT);

    static final Pattern SHELL_READY = Pattern.compile(PROMPT);

    /**
     * {@code shell}, {@code poweroff}, or a regular expression.
     *
     * @throws IllegalArgumentException one line that says what is wrong with the expression
     */
    static Until parse(String text) {
        return switch (text) {
            case "shell" -> new Until(Kind.SHELL, SHELL_READY);
            case "poweroff" -> new Until(Kind.POWEROFF, null);
            default -> {
                try {
                    yield new Until(Kind.CONSOLE, Pattern.compile(text));
                } catch (PatternSyntaxException e) {
                    throw new IllegalArgumentException(
                            "--until '" + text + "': " + e.getDescription());
                }
            }
        };
    }

    @Override
    public String toString() {
        return kind == Kind.CONSOLE
                ? "'" + pattern + "'"
                : kind.name().toLowerCase(java.util.Locale.ROOT);
    }
}
