package io.nvmetap.history;

import io.nvmetap.event.ControllerInfo;

/** Controller families whose quirks change what rules say. */
public final class Profiles {
    /** PCI vendor id of Apple. */
    private static final int APPLE = 0x106B;

    private Profiles() {}

    /**
     * @return the controller is one of Apple's: named so by the header or by its PCI vendor id
     */
    public static boolean isApple(History h) {
        ControllerInfo info = h.info();
        return info.profile().startsWith("apple") || info.vendorId() == APPLE;
    }
}
