package io.nvmetap.compare;

/** What of a device that stands in for the recorded controller may differ. */
public enum Differing {
    /** The only kind that makes a replay diverge. */
    STATUS("status codes"),
    /** What would be a difference of status had the source seen all that the command asks. */
    PARTIAL("status codes of commands that the source saw only in part"),
    /** Own answers. */
    DW0("command specific answers (DW0)"),
    /** Identify pages, logs, and what its own disk holds. */
    DATA("data received: the device's own, as far as the recorded data was captured"),
    /** CAP, VS and the like. */
    REGISTER("register values"),
    /** A command that hung in the recording. */
    ANSWERED("completions of commands that were recorded without one"),
    /** Queues, vectors, resets. */
    ABILITY("abilities");

    private final String text;

    Differing(String text) {
        this.text = text;
    }

    /** What, for a person. */
    public String text() {
        return text;
    }
}
