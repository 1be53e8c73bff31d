package io.nvmetap.history;

import io.nvmetap.event.ControllerInfo;

/** Controller families whose quirks change what rules say. */
public final class Profiles {
    /** PCI vendor id of Apple. */
    private static final int APPLE = 0x106B;

    /** PCI device id of Apple's ANS2 (the T2 chip's controller). */
    private static final int ANS2 = 0x2005;

    /** PCI device id of Apple's controller before that. */
    private static final int BEFORE_ANS2 = 0x2001;

    /** Highest command identifier that an ANS2 controller takes. */
    public static final int ANS2_CID_MAX = 253;

    /** PCI vendor id of Toshiba. */
    private static final int TOSHIBA = 0x1179;

    /** PCI device id of its controller that may leave CSTS.RDY at 1 after a disable. */
    private static final int TOSHIBA_KEEPS_READY = 0x0115;

    private Profiles() {}

    /**
     * @return drivers may not wait for CSTS.RDY 0 on this controller: it may never come
     */
    public static boolean keepsReady(History h) {
        ControllerInfo info = h.info();
        return info.profile().equals("toshiba")
                || info.vendorId() == TOSHIBA && info.deviceId() == TOSHIBA_KEEPS_READY;
    }

    /**
     * @return the controller is one of Apple's: named so by the header or by its PCI vendor id
     */
    public static boolean isApple(History h) {
        ControllerInfo info = h.info();
        return info.profile().startsWith("apple") || info.vendorId() == APPLE;
    }

    /**
     * @return the controller is Apple's 2001: named so by the header or by its PCI ids
     */
    public static boolean isApple2001(History h) {
        ControllerInfo info = h.info();
        return info.profile().equals("apple")
                || info.vendorId() == APPLE && info.deviceId() == BEFORE_ANS2;
    }

    /**
     * @return the controller is Apple's ANS2: named so by the header or by its PCI ids
     */
    public static boolean isAns2(History h) {
        ControllerInfo info = h.info();
        return info.profile().equals("apple-ans2")
                || info.vendorId() == APPLE && info.deviceId() == ANS2;
    }
}
