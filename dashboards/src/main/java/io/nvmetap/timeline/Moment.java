package io.nvmetap.timeline;

/** What happens to a command, in order; each at most once. */
public enum Moment {
    /** Doorbell that covers it. */
    SUBMITTED,
    /** The mediator read the entry. */
    FETCHED,
    /** The entry stands in the controller's queue. */
    EMITTED,
    /** The controller's completion was seen. */
    SEEN,
    /** The completion stands in the guest's queue. */
    COPIED,
    /** Acknowledged by the guest (by whoever drives the controller, where no mediator stands). */
    ACKNOWLEDGED,
    /** Acknowledged at the controller by the mediator. */
    DEVICE_ACKNOWLEDGED;

    static final int COUNT = values().length;
}
