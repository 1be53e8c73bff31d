package io.nvmetap.live;

import io.nvmetap.event.PayloadPolicy;
import io.nvmetap.mediator.DriverSpec;
import java.nio.file.Path;

/**
 * What to put together.
 *
 * @param controller the controller at the far end
 * @param disk image behind a modelled controller, null for an empty one in memory
 * @param diskBytes size of a namespace in memory
 * @param driver the mediation driver, null for none: the guest speaks to the controller
 * @param window which address window the driver's own pages take, from 0; drivers in a chain differ
 * @param out trace file, null for no recording
 * @param payload which data is recorded
 * @param machine what drives the guest side, for the recording's header
 * @param firmware its firmware if known, ""
 * @param seed of the model's latencies and the faults
 */
public record LiveSpec(
        ControllerSpec controller,
        Path disk,
        long diskBytes,
        DriverSpec driver,
        int window,
        Path out,
        PayloadPolicy payload,
        String machine,
        String firmware,
        long seed) {
    /** Drivers that can be chained. */
    public static final int WINDOWS_MAX = 16;

    /** Size of a namespace in memory unless told otherwise. */
    public static final long DISK_BYTES_DEFAULT = 256L << 20;
}
