package io.nvmetap.timeline;

/** Who a part of a command's time belongs to. */
public enum Party {
    /** From the copy of a completion to the doorbell that acknowledges it. */
    GUEST,
    /** From the doorbell to the entry in the controller's queue, and from completion to copy. */
    MEDIATOR,
    /** From the entry in the controller's queue to the completion. */
    CONTROLLER;

    /**
     * @return nanoseconds of command {@code c} that are this party's, -1 if that was not seen
     */
    long timeNs(CommandTable t, int c) {
        return switch (this) {
            case GUEST -> guest(t, c);
            case MEDIATOR -> mediator(t, c);
            case CONTROLLER -> controller(t, c);
        };
    }

    private static long guest(CommandTable t, int c) {
        long ready = Math.max(t.at(c, Moment.COPIED), t.at(c, Moment.SEEN));
        long acknowledged = t.at(c, Moment.ACKNOWLEDGED);
        return ready < 0 || acknowledged < 0 ? -1 : acknowledged - ready;
    }

    private static long mediator(CommandTable t, int c) {
        long copied = t.at(c, Moment.COPIED);
        if (copied < 0 || t.at(c, Moment.FETCHED) < 0) {
            return -1;
        }
        return copied - t.at(c, Moment.SUBMITTED) - Math.max(0, controller(t, c));
    }

    private static long controller(CommandTable t, int c) {
        long seen = t.at(c, Moment.SEEN);
        long begun = t.at(c, Moment.EMITTED);
        boolean alone = t.at(c, Moment.FETCHED) < 0 && t.at(c, Moment.SUBMITTED) >= 0;
        long from = alone ? t.at(c, Moment.SUBMITTED) : begun;
        return seen < 0 || begun < 0 ? -1 : seen - from;
    }

    /** From the doorbell to the completion that the guest finds, -1 if that was not seen. */
    static long wholeNs(CommandTable t, int c) {
        long ready = Math.max(t.at(c, Moment.COPIED), t.at(c, Moment.SEEN));
        long submitted = t.at(c, Moment.SUBMITTED);
        boolean own = (t.flags(c) & CommandTable.OWN) != 0;
        long from = submitted >= 0 ? submitted : own ? t.at(c, Moment.EMITTED) : -1;
        return ready < 0 || from < 0 ? -1 : ready - from;
    }
}
