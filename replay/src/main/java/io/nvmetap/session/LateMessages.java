package io.nvmetap.session;

import io.nvmetap.device.InterruptSink;
import io.nvmetap.device.Timeline;

/** Messages that are under way for a while; a line is a wire and is not. */
final class LateMessages implements InterruptSink {
    private final InterruptSink to;
    private final Timeline timeline;
    private final Perturbation perturbation;

    LateMessages(InterruptSink to, Timeline timeline, Perturbation perturbation) {
        this.to = to;
        this.timeline = timeline;
        this.perturbation = perturbation;
    }

    @Override
    public void message(int vector) {
        long delayNs = perturbation.messageNs();
        if (delayNs == 0) {
            to.message(vector);
        } else {
            timeline.after(delayNs, () -> to.message(vector));
        }
    }

    @Override
    public void line(boolean asserted) {
        to.line(asserted);
    }
}
