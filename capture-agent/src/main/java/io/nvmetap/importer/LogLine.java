package io.nvmetap.importer;

/**
 * One line of a QEMU log, taken apart. Reused for every line.
 *
 * <p>Formats seen: {@code TID@SEC.USEC:EVENT ARGS} (QEMU 7.2, {@code -msg timestamp=on}), {@code
 * 2026-11-22T13:10:28.968368Z EVENT ARGS} (QEMU 11) and {@code EVENT ARGS}. One log may mix them.
 */
final class LogLine {
    private static final int ISO_LENGTH = 27;

    /** Thread id, -1 not in the line. */
    long thread;

    /** Nanoseconds since 1970, -1 not in the line. */
    long wallNs;

    /** Event name; "" if the line is none. */
    String event = "";

    /** What follows the name. */
    String args = "";

    private String isoDay = "";
    private long isoDayNs;
    private boolean noNumber;

    /** Takes {@code line} apart; never fails, a foreign line has an empty event. */
    void parse(String line) {
        thread = -1;
        wallNs = -1;
        event = "";
        args = "";
        int from = 0;
        if (!line.isEmpty() && isDigit(line.charAt(0))) {
            from = line.indexOf('@') > 0 ? epochPrefix(line) : isoPrefix(line);
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

    private int epochPrefix(String line) {
        int at = line.indexOf('@');
        int dot = line.indexOf('.', at);
        int colon = line.indexOf(':', at);
        if (at > 10 || dot < 0 || colon != dot + 7) {
            return -1;
        }
        long tid = digits(line, 0, at);
        long sec = digits(line, at + 1, dot);
        long usec = digits(line, dot + 1, colon);
        if (tid < 0 || sec < 0 || usec < 0 || sec > 9_000_000_000L) {
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
        if (!line.startsWith(isoDay) || isoDay.isEmpty()) {
            long year = digits(line, 0, 4);
            long month = digits(line, 5, 7);
            long day = digits(line, 8, 10);
            if (year < 1970 || month < 1 || month > 12 || day < 1 || day > 31) {
                return -1;
            }
            long days = java.time.LocalDate.of((int) year, (int) month, 1).toEpochDay() + day - 1;
            isoDay = line.substring(0, 10);
            isoDayNs = days * 86_400_000_000_000L;
        }
        long h = digits(line, 11, 13);
        long m = digits(line, 14, 16);
        long s = digits(line, 17, 19);
        long usec = digits(line, 20, 26);
        if (h < 0 || m < 0 || s < 0 || usec < 0) {
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
        return absent;
    }

    private static boolean isSeparator(char c) {
        return c == ' ' || c == '=';
    }

    private long numberAt(int from) {
        int i = from;
        int radix = 10;
        if (args.startsWith("0x", i)) {
            radix = 16;
            i += 2;
        }
        long v = 0;
        int first = i;
        for (; i < args.length(); i++) {
            int digit = Character.digit(args.charAt(i), radix);
            if (digit < 0) {
                break;
            }
            v = v * radix + digit;
        }
        noNumber = i == first || i - first > 19;
        return v;
    }
}
