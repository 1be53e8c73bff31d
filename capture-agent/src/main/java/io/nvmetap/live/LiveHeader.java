package io.nvmetap.live;

import io.nvmetap.device.Controller;
import io.nvmetap.device.model.ControllerProfile;
import io.nvmetap.device.vfiouser.PciIdentity;
import io.nvmetap.event.CaptureStarted;
import io.nvmetap.event.ControllerInfo;
import io.nvmetap.event.LiveState;
import io.nvmetap.event.Unseen;
import io.nvmetap.nvme.Registers;
import io.nvmetap.nvme.SerialHash;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;

/** What a live recording says of itself, and what a modelled function says it is. */
final class LiveHeader {
    private static final int APPLE = 0x106B;
    private static final int ANS2 = 0x2005;

    private final LiveSpec spec;
    private final ControllerProfile profile;
    private final PciIdentity identity;

    /**
     * @param profile null for a remote controller
     */
    LiveHeader(LiveSpec spec, ControllerProfile profile, PciIdentity identity) {
        this.spec = spec;
        this.profile = profile;
        this.identity = identity;
    }

    /**
     * A modelled controller as a PCI function.
     *
     * @param registerBytes up to the end of its last doorbell
     */
    static PciIdentity identity(ControllerProfile profile, long registerBytes) {
        int bar0 = PciIdentity.BAR0_BYTES_MIN;
        while (bar0 < registerBytes) {
            bar0 <<= 1;
        }
        boolean ans2 = profile.vendorId() == APPLE && profile.deviceId() == ANS2;
        return new PciIdentity(
                profile.vendorId(),
                profile.deviceId(),
                profile.vendorId(),
                profile.deviceId(),
                1,
                ans2 ? PciIdentity.CLASS_APPLE_ANS2 : PciIdentity.CLASS_NVME,
                profile.vectors(),
                bar0);
    }

    /** First event of the recording; reads CAP and VS of a remote controller. */
    CaptureStarted started(Controller device) {
        // A vfio-user client keeps the MSI-X table to itself and does not say which CPU acts.
        Set<Unseen> unseen = EnumSet.of(Unseen.MSIX_TABLE, Unseen.CPU);
        if (profile != null) {
            // A model answers when this process gets to it, which is not a device's time.
            unseen.add(Unseen.REAL_TIME);
        }
        return new CaptureStarted(
                System.currentTimeMillis(),
                1,
                spec.machine(),
                spec.firmware(),
                "",
                "nvmetap-reference",
                "",
                spec.driver().toString(),
                "mediator",
                unseen,
                "",
                List.of(profile == null ? remote(device) : modelled()),
                spec.payload());
    }

    private ControllerInfo modelled() {
        return new ControllerInfo(
                profile.vendorId(),
                profile.deviceId(),
                profile.cap(),
                profile.vs(),
                profile.model(),
                SerialHash.of(profile.serial()),
                profile.firmware(),
                profile.mdts(),
                profile.name(),
                LiveState.DISABLED);
    }

    private ControllerInfo remote(Controller device) {
        long low = device.readRegister(Registers.CAP, 4, -1) & 0xFFFF_FFFFL;
        long high = device.readRegister(Registers.CAP_HIGH, 4, -1) & 0xFFFF_FFFFL;
        long vs = device.readRegister(Registers.VS, 4, -1) & 0xFFFF_FFFFL;
        return new ControllerInfo(
                identity.vendorId(),
                identity.deviceId(),
                high << 32 | low,
                vs,
                "",
                "",
                "",
                -1,
                "",
                LiveState.UNKNOWN);
    }
}
