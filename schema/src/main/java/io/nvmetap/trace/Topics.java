package io.nvmetap.trace;

/** Topic names; other people's consumers depend on them. */
public final class Topics {
    /** Captured events, keyed by session and controller. */
    public static final String EVENTS = "nvmetap.events";

    /** Findings and session summaries. */
    public static final String FINDINGS = "nvmetap.findings";

    /** Suffix of the topic for messages that could not be decoded; bytes untouched. */
    public static final String DEAD_LETTER_SUFFIX = ".dlq";

    /** All of them. */
    public static final java.util.List<String> ALL =
            java.util.List.of(EVENTS, FINDINGS, EVENTS + DEAD_LETTER_SUFFIX);

    private Topics() {}
}
