package io.nvmetap.proxy;

import io.nvmetap.event.CaptureStarted;
import io.nvmetap.event.ControllerInfo;
import io.nvmetap.event.PayloadPolicy;
import io.nvmetap.event.Unseen;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;

/** What a recording of a proxy says of itself. */
final class ProxyHeader {
    private ProxyHeader() {}

    /**
     * First event. Nothing is known of the controller yet: only a client may ask it, and what it is
     * told is recorded.
     */
    static CaptureStarted started(PayloadPolicy payload) {
        return new CaptureStarted(
                System.currentTimeMillis(),
                1,
                "vfio-user client",
                "",
                "",
                "",
                "",
                "",
                "proxy",
                unseen(payload),
                "",
                List.of(ControllerInfo.unknown()),
                payload);
    }

    /**
     * A client keeps the MSI-X table and part of the configuration to itself; whether an interrupt
     * reached the guest, which CPU acted and how the controller stored a completion does not cross
     * the socket either. If what serves us mediates, its other side, locks and decisions are its
     * own.
     */
    private static Set<Unseen> unseen(PayloadPolicy payload) {
        EnumSet<Unseen> unseen =
                EnumSet.of(
                        Unseen.GUEST_SIDE,
                        Unseen.MSIX_TABLE,
                        Unseen.INTERRUPT_DELIVERY,
                        Unseen.CPU,
                        Unseen.STORES,
                        Unseen.LOCKS,
                        Unseen.DECISIONS,
                        Unseen.PCI_CONFIG);
        if (payload == PayloadPolicy.NONE) {
            unseen.add(Unseen.PAYLOAD);
        }
        return unseen;
    }
}
