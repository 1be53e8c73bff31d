package io.nvmetap.script;

/** Words of a recording, made harmless for the languages they are written into. */
final class Text {
    private Text() {}

    /** One line of printable ASCII. */
    static String plain(String text) {
        return text.replaceAll("[^\\x20-\\x7e]", "?").stripTrailing();
    }

    /** A string literal of C99; question marks are escaped because of trigraphs. */
    static String literal(String text) {
        return '"'
                + plain(text).replace("\\", "\\\\").replace("\"", "\\\"").replace("?", "\\?")
                + '"';
    }

    /** A line of a comment of C99. */
    static String comment(String text) {
        // No comment ends early, none goes on in the next line, and no trigraph makes it do so.
        return plain(text).replace("*/", "* /").replace("/*", "/ *").replace("??", "? ?");
    }
}
