package io.nvmetap.importer;

import java.util.Map;

/**
 * One line of ftrace text, as {@code /sys/kernel/tracing/trace}, {@code trace_pipe}, {@code
 * trace-cmd report} and {@code perf script} print it. Refilled for each line.
 *
 * <p>The kernel prints these events with functions of its own. Tools outside cannot run them; they
 * say so and print the fields by the names the kernel's structures give them, which tells as much.
 */
final class FtraceLine {
    /** What a line can be. */
    enum Kind {
        /** Nothing of NVMe. */
        OTHER,
        SETUP,
        COMPLETE,
        SQ,
        ASYNC_EVENT,
        /** Events the trace buffer lost; {@link FtraceLine#lost} of them. */
        LOST,
        /** Begins as an event of NVMe and cannot be read. */
        DAMAGED
    }

    /** Largest CPU number taken. */
    private static final int CPU_MAX = 65_534;

    private static final int INSTANCE_MAX = 65_535;

    /** What trace-cmd says before the fields of such an event. */
    private static final String BY_FIELDS = "[FAILED TO PARSE]";

    /** Names of fields, where the kernel prints another. */
    private static final Map<String, String> FIELD_NAMES =
            Map.of("cmdid", "cid", "res", "result", "head", "sq_head");

    Kind kind = Kind.OTHER;
    String event = "";
    long timeNs;
    int cpu;

    /** Number behind {@code nvme}. */
    int instance;

    long lost;
    private String fields = "";
    private boolean byFields;

    /** Takes the line apart; what is no event of NVMe is {@link Kind#OTHER}. */
    void parse(String text) {
        kind = Kind.OTHER;
        event = "";
        int at = text.indexOf(": nvme");
        if (at < 0) {
            lostLine(text);
            return;
        }
        int name = at + 2;
        if (text.startsWith("nvme:", name)) {
            name += "nvme:".length();
        }
        int colon = text.indexOf(':', name);
        if (colon < 0 || !text.startsWith("nvme_", name)) {
            return;
        }
        event = text.substring(name, colon);
        Kind named = named(event);
        if (named == Kind.OTHER) {
            return;
        }
        boolean good = time(text, at) && cpu(text, at) && rest(text.substring(colon + 1).strip());
        kind = good ? named : Kind.DAMAGED;
    }

    private static Kind named(String event) {
        return switch (event) {
            case "nvme_setup_cmd" -> Kind.SETUP;
            case "nvme_complete_rq" -> Kind.COMPLETE;
            case "nvme_sq" -> Kind.SQ;
            case "nvme_async_event" -> Kind.ASYNC_EVENT;
            default -> Kind.OTHER;
        };
    }

    /** {@code CPU:1 [LOST 23 EVENTS]}, and the header that tells what was overwritten. */
    private void lostLine(String text) {
        int from = text.indexOf("[LOST ");
        if (from >= 0) {
            lost = number(token(text, from + "[LOST ".length()));
            kind = lost > 0 ? Kind.LOST : Kind.OTHER;
            return;
        }
        String header = "# entries-in-buffer/entries-written: ";
        if (text.startsWith(header)) {
            String[] counts = token(text, header.length()).split("/");
            long kept = counts.length == 2 ? number(counts[0]) : -1;
            lost = kept >= 0 ? number(counts[1]) - kept : 0;
            kind = lost > 0 ? Kind.LOST : Kind.OTHER;
        }
    }

    private static String token(String text, int from) {
        int end = from;
        while (end < text.length() && text.charAt(end) > ' ') {
            end++;
        }
        return text.substring(from, end);
    }

    /** Seconds and a fraction of three to nine digits, before the colon at {@code end}. */
    private boolean time(String text, int end) {
        int from = end;
        while (from > 0
                && (Character.isDigit(text.charAt(from - 1)) || text.charAt(from - 1) == '.')) {
            from--;
        }
        int dot = text.indexOf('.', from);
        if (dot < 0 || dot >= end || end - dot - 1 > 9 || end - dot < 4 || dot - from > 9) {
            return false;
        }
        long seconds = number(text.substring(from, dot));
        String fraction = text.substring(dot + 1, end);
        long part = number(fraction);
        if (seconds < 0 || part < 0) {
            return false;
        }
        for (int digits = fraction.length(); digits < 9; digits++) {
            part *= 10;
        }
        timeNs = seconds * 1_000_000_000L + part;
        return true;
    }

    /** The last {@code [000]} before the time; a task's name may have brackets of its own. */
    private boolean cpu(String text, int end) {
        int close = text.lastIndexOf(']', end);
        int open = close < 0 ? -1 : text.lastIndexOf('[', close);
        long n = open < 0 ? -1 : decimal(text.substring(open + 1, close));
        cpu = (int) n;
        return n >= 0 && n <= CPU_MAX;
    }

    private boolean rest(String text) {
        byFields = text.startsWith(BY_FIELDS);
        if (byFields) {
            fields = text.substring(BY_FIELDS.length());
            instance = (int) field(fields, "ctrl_id");
            return instance >= 0 && instance <= INSTANCE_MAX;
        }
        int colon = text.indexOf(':');
        if (!text.startsWith("nvme") || colon < 0) {
            return false;
        }
        long n = decimal(text.substring("nvme".length(), colon));
        instance = (int) n;
        fields = text.substring(colon + 1);
        return n >= 0 && n <= INSTANCE_MAX;
    }

    /**
     * @return value of a field, -1 if there is none or it is no number
     */
    long field(String key) {
        return field(fields, byFields ? FIELD_NAMES.getOrDefault(key, key) : key);
    }

    /**
     * @return the fields go by the kernel's own names, and the command is in {@link #text()}
     */
    boolean byFields() {
        return byFields;
    }

    /** Value behind {@code key=} where that is a word of its own. */
    static long field(String text, String key) {
        String value = word(text, key);
        return value.isEmpty() ? -1 : number(value);
    }

    private static String word(String text, String key) {
        String sign = key + "=";
        for (int at = text.indexOf(sign); at >= 0; at = text.indexOf(sign, at + 1)) {
            if (at == 0
                    || !Character.isLetterOrDigit(text.charAt(at - 1))
                            && text.charAt(at - 1) != '_') {
                int from = at + sign.length();
                int end = from;
                while (end < text.length() && Character.isLetterOrDigit(text.charAt(end))) {
                    end++;
                }
                return text.substring(from, end);
            }
        }
        return "";
    }

    /**
     * @return what stands in {@code cmd=(…)}, "" if nothing
     */
    String command() {
        int from = fields.indexOf("cmd=(");
        int end = fields.lastIndexOf(')');
        return from < 0 || end < from ? "" : fields.substring(from + "cmd=(".length(), end);
    }

    /**
     * @return all behind the controller's name
     */
    String text() {
        return fields.strip();
    }

    /**
     * @return a decimal number or one after 0x, of up to 64 bits; -1 if it is none, also for the
     *     largest one
     */
    static long number(String text) {
        try {
            return text.startsWith("0x") || text.startsWith("0X")
                    ? Long.parseUnsignedLong(text.substring(2), 16)
                    : decimal(text);
        } catch (NumberFormatException none) {
            return -1;
        }
    }

    private static long decimal(String text) {
        try {
            return text.isEmpty() || !Character.isDigit(text.charAt(0))
                    ? -1
                    : Long.parseUnsignedLong(text);
        } catch (NumberFormatException none) {
            return -1;
        }
    }
}
