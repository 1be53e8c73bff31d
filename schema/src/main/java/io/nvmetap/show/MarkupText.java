package io.nvmetap.show;

/** Text for XML and HTML. What a device, a guest or a file says must not become markup. */
public final class MarkupText {
    private MarkupText() {}

    /** Escaped for content and quoted attributes; characters that XML 1.0 lacks become '?'. */
    public static String escape(String text) {
        StringBuilder out = new StringBuilder(text.length() + 16);
        text.codePoints().forEach(c -> append(c, out));
        return out.toString();
    }

    private static void append(int c, StringBuilder out) {
        switch (c) {
            case '&' -> out.append("&amp;");
            case '<' -> out.append("&lt;");
            case '>' -> out.append("&gt;");
            case '"' -> out.append("&quot;");
            case '\'' -> out.append("&#39;");
            default -> out.appendCodePoint(legal(c) ? c : '?');
        }
    }

    /** XML 1.0, 2.2 (Char), without the carriage return, which parsers turn into a line feed. */
    private static boolean legal(int c) {
        return c >= 0x20 && c <= 0xD7FF
                || c >= 0xE000 && c <= 0xFFFD
                || c >= 0x10000
                || c == '\n'
                || c == '\t';
    }
}
