package io.nvmetap.target;

import io.nvmetap.capture.Tap;
import io.nvmetap.device.Controller;
import io.nvmetap.device.Timeline;

/** A build of a mediation driver, ready to be put between a guest and a controller. */
public interface Driver {
    /** Its name as the user gave it. */
    String name();

    /**
     * Builds it, not connected yet.
     *
     * @param device controller it drives
     * @param timeline time it lives in
     * @param tap where it says what it sees
     * @return what the guest drives
     */
    Controller build(Controller device, Timeline timeline, Tap tap);

    /** Where its guest's memory must lie. */
    default MemoryWindow memory() {
        return MemoryWindow.ANY;
    }
}
