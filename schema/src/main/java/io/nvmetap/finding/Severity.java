package io.nvmetap.finding;

/** How bad. Order is that of the schema. */
public enum Severity {
    /** Worth knowing. */
    INFO,
    /** Legal or survivable, but it has cost people weeks. */
    WARNING,
    /** Breaks the specification or stops the machine. */
    ERROR
}
