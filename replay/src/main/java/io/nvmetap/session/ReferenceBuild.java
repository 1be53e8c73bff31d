package io.nvmetap.session;

import io.nvmetap.capture.Tap;
import io.nvmetap.compare.Verdict;
import io.nvmetap.device.VirtualTimeline;
import io.nvmetap.device.model.ControllerProfile;
import io.nvmetap.device.model.MemoryNamespace;
import io.nvmetap.device.model.ModelController;
import io.nvmetap.mediator.DriverSpec;
import io.nvmetap.mediator.MediatorConfig;
import io.nvmetap.mediator.MediatorProfile;
import io.nvmetap.plan.Plan;
import io.nvmetap.target.Driver;
import io.nvmetap.target.ReferenceDriver;
import java.io.IOException;
import java.util.List;
import java.util.Set;
import java.util.function.UnaryOperator;

/** The reference driver, in this process and in virtual time. */
final class ReferenceBuild implements Build {
    private static final long NAMESPACE_BYTES = 1L << 40;
    private static final int BLOCK_BYTES = 512;

    private final DriverSpec spec;
    private final UnaryOperator<MediatorConfig.Builder> tuning;

    ReferenceBuild(DriverSpec spec) {
        this(spec, UnaryOperator.identity());
    }

    /**
     * @param tuning settings of the driver that differ from its defaults
     */
    ReferenceBuild(DriverSpec spec, UnaryOperator<MediatorConfig.Builder> tuning) {
        this.spec = spec;
        this.tuning = tuning;
    }

    @Override
    public String refuses(Conditions under) {
        return "";
    }

    @Override
    public Replayed replay(Plan plan, Conditions under) throws IOException {
        try (Recorder recorder = Recorder.to(under.record())) {
            VirtualTimeline timeline = new VirtualTimeline();
            boolean asRecorded = under.options().asRecorded();
            Tap tap = recorder.start(timeline, ReplayHeader.of(plan, spec.toString(), asRecorded));
            ReplaySession session = session(plan, under, timeline);
            session.follow(recorder::step);
            return recorder.end(run(session, under, tap, timeline));
        }
    }

    private ReplaySession session(Plan plan, Conditions under, VirtualTimeline timeline) {
        Straying straying = Straying.of(under.options());
        MediatorConfig.Builder config = tuning.apply(spec.config().profile(profile(plan)));
        if (under.options().perturbed()) {
            config.otherCpus(straying.crossing());
        }
        Driver driver = new ReferenceDriver(spec, config.build());
        return new ReplaySession(plan, driver, under.options(), timeline).straying(straying);
    }

    private static Verdict run(
            ReplaySession session, Conditions under, Tap tap, VirtualTimeline timeline) {
        return under.model().isPresent()
                ? session.against(modelled(under.model().get(), timeline), tap)
                : session.playback(0, tap);
    }

    private static ModelController modelled(ControllerProfile profile, VirtualTimeline timeline) {
        return new ModelController(
                profile,
                List.of(new MemoryNamespace(NAMESPACE_BYTES, BLOCK_BYTES)),
                timeline,
                0,
                Set.of());
    }

    /** Quirks of the controller that was recorded, so that the driver drives it as it must. */
    static MediatorProfile profile(Plan plan) {
        return plan.header().controllers().stream()
                .findFirst()
                .map(c -> MediatorProfile.forController(c.vendorId(), c.deviceId()))
                .orElse(MediatorProfile.GENERIC);
    }
}
