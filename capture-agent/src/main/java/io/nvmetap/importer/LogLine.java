package io.nvmetap.importer;

import java.time.LocalDate;

/**
 * One line of a QEMU log, taken apart. Reused for every line.
 *
 * <p>Formats seen: {@code TID@SEC.USEC:EVENT ARGS} (QEMU 7.2, {@code -msg timestamp=on}), {@code
 * 2026-11-22T13:10:28.968368Z EVENT ARGS} (QEMU 11) and {@code EVENT ARGS}. One log may mix them.
 * Everything else is foreign: messages (with or without a guest name), lines of other parts.
 */
final class LogLine {
    /** Largest value of {@link #need} for what may be any 64 bits. */
    static final long ANY = -1;

    private static final int ISO_LENGTH = 27;
    private static final int YEAR_MAX = 2200;
    private static final long SECONDS_MAX = 7_000_000_000L;
    private static final int THREAD_DIGITS_MAX = 10;

    /** Thread id, -1 not in the line. */
    long thread;

    /** Nanoseconds since 1970, -1 not in the line. */
    long wallNs;

    /** Event name; "" if the line is none. */
    String event = "";

    /** What follows the name. */
    String args = "";

    /** A number that {@link #need} asked for is missing or out of range: tell nothing from it. */
    boolean bad;

    private String isoDay = "";
    private long isoDayNs;
    private boolean noNumber;

    /** Takes {@code line} apart; never fails, a foreign line has an empty event. */
    void parse(String line) {
        thread = -1;
        wallNs = -1;
        event = "";
        args = "";
        bad = false;
        int from = 0;
        if (!line.isEmpty() && isDigit(line.charAt(0))) {
            int at = line.indexOf('@');
            from = at > 0 && at <= THREAD_DIGITS_MAX ? epochPrefix(line, at) : isoPrefix(line);
            if (from < 0) {
                return;
            }
        }
        int end = from;
        while (end < line.length() && isNameChar(line.charAt(end))) {
            end++;
        }
        boolean named = end > from && (end == line.length() || line.charAt(end) == ' ');
        if (named && isTraceName(line, from)) {
            event = line.substring(from, end);
            args = end < line.length() ? line.substring(end + 1) : "";
        }
    }

    private static boolean isTraceName(String line, int from) {
        return line.startsWith("pci_", from)
                || line.startsWith("msix_", from)
                || line.startsWith("memory_region_ops_", from);
    }

    private int epochPrefix(String line, int at) {
        int dot = line.indexOf('.', at);
        int colon = line.indexOf(':', at);
        if (dot < 0 || colon != dot + 7) {
            return -1;
        }
        long tid = digits(line, 0, at);
        long sec = digits(line, at + 1, dot);
        long usec = digits(line, dot + 1, colon);
        if (tid < 0 || sec < 0 || usec < 0 || sec > SECONDS_MAX) {
            return -1;
        }
        thread = tid;
        wallNs = (sec * 1_000_000 + usec) * 1_000;
        return colon + 1;
    }

    private int isoPrefix(String line) {
        if (line.length() < ISO_LENGTH + 1
                || line.charAt(10) != 'T'
                || line.charAt(26) != 'Z'
                || line.charAt(27) != ' ') {
            return -1;
        }
        if (isoDay.isEmpty() || !line.startsWith(isoDay)) {
            long year = digits(line, 0, 4);
            long month = digits(line, 5, 7);
            long day = digits(line, 8, 10);
            boolean exists = year >= 1970 && year <= YEAR_MAX && month >= 1 && month <= 12;
            if (!exists || day < 1 || day > 31) {
                return -1;
            }
            long days = LocalDate.of((int) year, (int) month, 1).toEpochDay() + day - 1;
            isoDay = line.substring(0, 10);
            isoDayNs = days * 86_400_000_000_000L;
        }
        long h = digits(line, 11, 13);
        long m = digits(line, 14, 16);
        long s = digits(line, 17, 19);
        long usec = digits(line, 20, 26);
        if (h < 0 || m < 0 || s < 0 || usec < 0 || h > 23 || m > 59 || s > 60) {
            return -1;
        }
        wallNs = isoDayNs + ((h * 3600 + m * 60 + s) * 1_000_000 + usec) * 1_000;
        return ISO_LENGTH + 1;
    }

    private static long digits(String s, int from, int to) {
        long v = 0;
        if (to <= from || to - from > 18) {
            return -1;
        }
        for (int i = from; i < to; i++) {
            if (!isDigit(s.charAt(i))) {
                return -1;
            }
            v = v * 10 + s.charAt(i) - '0';
        }
        return v;
    }

    private static boolean isDigit(char c) {
        return c >= '0' && c <= '9';
    }

    private static boolean isNameChar(char c) {
        return c >= 'a' && c <= 'z' || isDigit(c) || c == '_';
    }

    /**
     * A line without its end (the log was cut off) whose last number may have lost digits.
     *
     * @return true if nothing should be told from it
     */
    boolean mayBeCut() {
        if (args.isEmpty() || args.charAt(args.length() - 1) == '\'') {
            return false;
        }
        return !args.endsWith(" size 4")
                && Character.digit(args.charAt(args.length() - 1), 16) >= 0;
    }

    /**
     * A number the line must have; if it has not, {@link #bad} is set.
     *
     * @param max largest value that can be meant, {@link #ANY} no bound
     * @return the value, 0 if it is bad
     */
    long need(String key, long max) {
        long value = number(key, 0);
        boolean outside = max != ANY && (value < 0 || value > max);
        if (noNumber || outside) {
            bad = true;
            return 0;
        }
        return value;
    }

    /** {@link #need} for identifiers and sizes of 16 bits. */
    int need16(String key) {
        return (int) need(key, 0xFFFF);
    }

    /** {@link #need} for numbers of 32 bits. */
    long need32(String key) {
        return need(key, 0xFFFF_FFFFL);
    }

    /**
     * Number after a key: {@code "sqid 3"}, {@code "sqid=3"}, hexadecimal with 0x. The key must
     * stand at the start or after a blank or comma.
     *
     * @return the value, or {@code absent}
     */
    long number(String key, long absent) {
        for (int i = args.indexOf(key); i >= 0; i = args.indexOf(key, i + 1)) {
            int end = i + key.length();
            boolean starts = i == 0 || args.charAt(i - 1) == ' ' || args.charAt(i - 1) == ',';
            if (starts && end < args.length() && isSeparator(args.charAt(end))) {
                long value = numberAt(end + 1);
                if (!noNumber) {
                    return value;
                }
            }
        }
        noNumber = true;
        return absent;
    }

    private static boolean isSeparator(char c) {
        return c == ' ' || c == '=';
    }

    /** At most 64 bits in hexadecimal, 63 in decimal; more is no number. */
    private long numberAt(int from) {
        boolean hex = args.startsWith("0x", from);
        int first = hex ? from + 2 : from;
        int radix = hex ? 16 : 10;
        long v = 0;
        boolean tooLarge = false;
        int i = first;
        for (; i < args.length(); i++) {
            int digit = Character.digit(args.charAt(i), radix);
            if (digit < 0) {
                break;
            }
            tooLarge |= hex ? i - first >= 16 : v > (Long.MAX_VALUE - digit) / 10;
            v = v * radix + digit;
        }
        noNumber = i == first || tooLarge;
        return v;
    }
}
