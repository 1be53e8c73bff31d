package io.nvmetap.report;

import io.nvmetap.finding.Severity;
import java.util.Map;
import java.util.Optional;

/**
 * How text is set out: colours by severity, lines broken at a width.
 *
 * @param colour with ANSI colours
 * @param columns width of the terminal, 0: lines are not broken
 */
record Style(boolean colour, int columns) {
    /** As files and pipes want it. */
    static final Style PLAIN = new Style(false, 0);

    private static final int COLUMNS_MIN = 40;
    private static final int COLUMNS_MAX = 400;
    private static final String OFF = "\u001B[0m";

    /** When to colour. */
    enum Colour {
        AUTO,
        ALWAYS,
        NEVER
    }

    /**
     * The style for standard output. The launcher says in NVMETAP_COLUMNS how wide the terminal is,
     * if it is one.
     *
     * @param colour as asked for
     * @param environment of this process; NO_COLOR switches colours off
     */
    static Style of(Colour colour, Map<String, String> environment) {
        int columns = columns(environment).orElse(0);
        boolean wanted = columns > 0 && environment.getOrDefault("NO_COLOR", "").isEmpty();
        return new Style(colour == Colour.ALWAYS || colour == Colour.AUTO && wanted, columns);
    }

    private static Optional<Integer> columns(Map<String, String> environment) {
        String said = environment.getOrDefault("NVMETAP_COLUMNS", "");
        if (!said.matches("[0-9]{1,6}")) {
            return Optional.empty();
        }
        int columns = Integer.parseInt(said);
        return columns < COLUMNS_MIN
                ? Optional.empty()
                : Optional.of(Math.min(columns, COLUMNS_MAX));
    }

    /** In the colour of a severity. */
    String severity(Severity severity, String text) {
        int code =
                switch (severity) {
                    case ERROR -> 31;
                    case WARNING -> 33;
                    case INFO -> 36;
                };
        return colour ? "\u001B[1;" + code + "m" + text + OFF : text;
    }

    /** Less important. */
    String faint(String text) {
        return colour ? "\u001B[2m" + text + OFF : text;
    }

    /**
     * Breaks a line between words. What is longer than a line stays whole.
     *
     * @param used columns that stand before the text on its first line
     * @param indent columns before each further line
     */
    String broken(String text, int used, int indent) {
        if (columns == 0) {
            return text;
        }
        StringBuilder out = new StringBuilder();
        int at = used;
        for (String word : text.split(" ")) {
            boolean first = out.length() == 0;
            if (!first && at + 1 + word.length() > columns) {
                out.append('\n').append(" ".repeat(indent));
                at = indent;
            } else if (!first) {
                out.append(' ');
                at++;
            }
            out.append(word);
            at += word.length();
        }
        return out.toString();
    }
}
