package io.nvmetap.target;

import io.nvmetap.capture.Tap;
import io.nvmetap.device.Controller;
import io.nvmetap.device.Timeline;
import io.nvmetap.mediator.DriverSpec;
import io.nvmetap.mediator.Mediator;
import io.nvmetap.mediator.MediatorConfig;

/** The reference mediation driver, with the faults its spec names. */
public final class ReferenceDriver implements Driver {
    private final DriverSpec spec;
    private final MediatorConfig config;

    /** As the spec says, with the driver's defaults otherwise. */
    public ReferenceDriver(DriverSpec spec) {
        this(spec, spec.config().build());
    }

    /** With settings of the caller's. */
    public ReferenceDriver(DriverSpec spec, MediatorConfig config) {
        this.spec = spec;
        this.config = config;
    }

    @Override
    public String name() {
        return spec.toString();
    }

    @Override
    public Controller build(Controller device, Timeline timeline, Tap tap) {
        return new Mediator(config, device, timeline, tap);
    }
}
