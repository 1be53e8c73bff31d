package io.nvmetap.event;

import java.io.Serializable;

/**
 * What is known of a controller when the capture starts.
 *
 * @param vendorId PCI vendor id, -1 not known
 * @param deviceId PCI device id, -1 not known
 * @param cap CAP register, 0 not known
 * @param vs VS register, 0 not known
 * @param model model number, "" not known
 * @param serialHash SHA-256 prefix of the serial number, "" not known
 * @param firmwareRevision firmware revision, "" not known
 * @param mdts log2 of the largest transfer in CAP.MPSMIN pages, 0 no limit, -1 not known
 * @param profile controller profile, "" to derive it
 * @param state live state
 */
public record ControllerInfo(
        int vendorId,
        int deviceId,
        long cap,
        long vs,
        String model,
        String serialHash,
        String firmwareRevision,
        int mdts,
        String profile,
        LiveState state)
        implements Serializable {
    /** A controller of which nothing is known. */
    public static ControllerInfo unknown() {
        return new ControllerInfo(-1, -1, 0, 0, "", "", "", -1, "", LiveState.UNKNOWN);
    }

    /**
     * @param newState live state
     * @return this with another live state
     */
    public ControllerInfo withState(LiveState newState) {
        return new ControllerInfo(
                vendorId,
                deviceId,
                cap,
                vs,
                model,
                serialHash,
                firmwareRevision,
                mdts,
                profile,
                newState);
    }
}
