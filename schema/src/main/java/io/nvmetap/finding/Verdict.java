package io.nvmetap.finding;

/** What a rule says of a recording. Order is that of the schema. */
public enum Verdict {
    /** Seen enough, nothing wrong. */
    HOLDS,
    /** Proved by the events named. */
    VIOLATED,
    /** Cannot be decided from this recording. */
    UNKNOWN
}
