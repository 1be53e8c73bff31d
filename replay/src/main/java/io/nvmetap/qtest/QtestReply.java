package io.nvmetap.qtest;

import java.io.IOException;
import java.util.Base64;

/**
 * Lines of the qtest protocol (QEMU, "QTest Device Emulation Testing Framework"): a request is a
 * line of words, its answer a line that begins with OK; interrupts that are watched come in
 * between.
 */
final class QtestReply {
    private static final String OK = "OK";
    private static final String INTERRUPT = "IRQ ";
    private static final int QUOTED_MAX = 60;
    private static final int HEX_DIGITS_MAX = 16;

    private QtestReply() {}

    /** An interrupt that is told unasked. */
    static boolean unasked(String line) {
        return line.startsWith(INTERRUPT);
    }

    /**
     * What follows OK.
     *
     * @param request the line it answers
     * @return the rest of the line, "" nothing
     * @throws IOException if it is no such answer; the message is one sentence
     */
    static String rest(String request, String line) throws IOException {
        if (line.equals(OK)) {
            return "";
        }
        if (line.startsWith(OK + " ")) {
            return line.substring(OK.length() + 1);
        }
        boolean refused = line.startsWith("FAIL") || line.startsWith("ERR");
        throw new IOException(
                refused
                        ? "QEMU refused '" + quoted(request) + "': " + quoted(line)
                        : "'" + quoted(line) + "' is no answer of qtest");
    }

    /**
     * A number, as {@code 0x1f}.
     *
     * @throws IOException if it is none, or larger than 64 bits
     */
    static long number(String rest) throws IOException {
        String digits = rest.strip();
        if (digits.startsWith("0x") && digits.length() <= HEX_DIGITS_MAX + 2) {
            try {
                return Long.parseUnsignedLong(digits.substring(2), 16);
            } catch (NumberFormatException e) {
                // Told below.
            }
        }
        throw new IOException("'" + quoted(rest) + "' is no number of qtest");
    }

    /**
     * Memory, in base 64.
     *
     * @throws IOException if it is not {@code count} bytes
     */
    static byte[] bytes(String rest, int count) throws IOException {
        byte[] content;
        try {
            content = Base64.getDecoder().decode(rest.strip());
        } catch (IllegalArgumentException e) {
            throw new IOException("'" + quoted(rest) + "' is no memory of qtest", e);
        }
        if (content.length != count) {
            throw new IOException(content.length + " bytes came instead of " + count);
        }
        return content;
    }

    /** The beginning of a line of somebody else's, fit for a message. */
    static String quoted(String line) {
        String head = line.length() > QUOTED_MAX ? line.substring(0, QUOTED_MAX) + "..." : line;
        return head.replaceAll("[^\\x20-\\x7e]", "?");
    }
}
