package io.nvmetap.timeline;

/** The steps of a command, each named by its way; a step ends at the moment of the same index. */
public enum Hop {
    /** Doorbell of the guest to the fetch. */
    GUEST_TO_MEDIATOR("guest → mediator"),
    /** Fetch to the entry in the controller's queue. */
    MEDIATOR_TO_CONTROLLER("mediator → controller"),
    /** Entry in the controller's queue to its completion being seen. */
    CONTROLLER_TO_MEDIATOR("controller → mediator"),
    /** Completion seen to its copy in the guest's queue. */
    MEDIATOR_TO_GUEST("mediator → guest"),
    /** Completion to the doorbell that acknowledges it. */
    UNTIL_ACKNOWLEDGED("until acknowledged");

    private final String label;

    Hop(String label) {
        this.label = label;
    }

    /**
     * @return what people call it
     */
    public String label() {
        return label;
    }
}
