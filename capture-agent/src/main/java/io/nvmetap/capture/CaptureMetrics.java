package io.nvmetap.capture;

import io.micrometer.core.instrument.binder.kafka.KafkaClientMetrics;
import io.nvmetap.event.EventKind;
import io.nvmetap.metrics.Meters;
import io.nvmetap.metrics.Metric;
import io.nvmetap.metrics.MetricsOption;
import io.nvmetap.metrics.MetricsServer;
import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLongArray;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Consumer;
import java.util.function.LongSupplier;

/** Figures of a live capture. Any thread. */
public final class CaptureMetrics implements CaptureWatch {
    /** Reason of a loss whose stage is none of ours: a mediator in C may name its own. */
    static final String OTHER = "other";

    /** Accepted by the producer and not delivered in time. */
    static final String TOPIC = "topic";

    /**
     * Stages of {@code EventsLost} as docs/events.md and docs/tap-wire-format.md name them. Any
     * other is a peer's own word, and no label.
     */
    static final List<String> STAGES =
            List.of("ring", "tap", "tap stream", "before the agent listened", "malformed frame");

    private final Meters meters;
    private final LongSupplier clockMs;
    private final Runnable whenClosed;
    private final AtomicLongArray events = new AtomicLongArray(EventKind.values().length);
    private final Map<String, LongAdder> lost = new LinkedHashMap<>();
    private final LongAdder bytes = new LongAdder();
    private final LongAdder failures = new LongAdder();
    private volatile long lastMs;
    private volatile EventRing ring;
    private volatile SpoolSink spool;
    private volatile long spoolBytesMax;
    private volatile KafkaEventSink topic;
    private KafkaClientMetrics producer;

    /**
     * @param clockMs Unix milliseconds
     * @param whenClosed run at the end
     */
    CaptureMetrics(Meters meters, LongSupplier clockMs, Runnable whenClosed) {
        this.meters = meters;
        this.clockMs = clockMs;
        this.whenClosed = whenClosed;
        for (EventKind kind : EventKind.values()) {
            meters.counts(
                    Metric.CAPTURE_EVENTS, () -> events.get(kind.ordinal()), kind.schemaName());
        }
        for (String stage : STAGES) {
            lost.put(stage, new LongAdder());
        }
        lost.put(OTHER, new LongAdder());
        lost.forEach((reason, n) -> meters.counts(Metric.CAPTURE_LOST_EVENTS, n::sum, reason));
        meters.counts(
                Metric.CAPTURE_LOST_EVENTS, () -> spool == null ? 0 : spool.lost(), LossRuns.STAGE);
        meters.counts(Metric.CAPTURE_LOST_EVENTS, this::undelivered, TOPIC);
        meters.counts(Metric.CAPTURE_BYTES, bytes::sum);
        meters.counts(Metric.CAPTURE_SESSIONS_STARTED, () -> of(EventKind.CAPTURE_STARTED));
        meters.counts(Metric.CAPTURE_SESSIONS_ENDED, () -> of(EventKind.CAPTURE_ENDED));
        meters.counts(Metric.CAPTURE_SINK_FAILURES, failures::sum);
        meters.measures(Metric.CAPTURE_LAST_EVENT, () -> lastMs / 1e3);
        meters.measures(Metric.CAPTURE_RING_USED, () -> ring == null ? 0 : ring.usedBytes());
        meters.measures(Metric.CAPTURE_RING_SIZE, () -> ring == null ? 0 : ring.capacityBytes());
        meters.measures(
                Metric.CAPTURE_SPOOL_WAITING, () -> spool == null ? 0 : spool.storedBytes());
        meters.measures(Metric.CAPTURE_SPOOL_SIZE, () -> spoolBytesMax);
        meters.measures(Metric.CAPTURE_SPOOL_DAMAGED, () -> spool == null ? 0 : spool.damaged());
    }

    /**
     * What a command was asked for: nothing, or figures on a port.
     *
     * @param say told where they are
     */
    public static CaptureWatch open(MetricsOption option, Consumer<String> say) throws IOException {
        return option.port().isEmpty() ? NONE : serve(option.port().getAsInt(), say);
    }

    /**
     * @param port 0 for any that is free
     * @param say told where the figures are
     */
    public static CaptureWatch serve(int port, Consumer<String> say) throws IOException {
        Meters meters = new Meters();
        meters.bindJvm();
        MetricsServer server = MetricsServer.start(meters, port, MetricsOption.NAME);
        say.accept("metrics on " + server.address());
        return new CaptureMetrics(
                meters,
                System::currentTimeMillis,
                () -> {
                    server.close();
                    meters.close();
                });
    }

    private long of(EventKind kind) {
        return events.get(kind.ordinal());
    }

    /** Behind a spool it is still the spool's. */
    private long undelivered() {
        return topic == null || spool != null ? 0 : topic.lost();
    }

    @Override
    public EventSink sink(EventSink sink) {
        return new MeteredSink(sink, this);
    }

    /** One event was kept. */
    void kept(EventKind kind, int count) {
        events.incrementAndGet(kind.ordinal());
        bytes.add(count);
        lastMs = clockMs.getAsLong();
    }

    /** The session says of itself that it lost some. */
    void lost(long count, String stage) {
        lost.getOrDefault(stage, lost.get(OTHER)).add(count);
    }

    /** An event was refused. */
    void refused() {
        failures.increment();
    }

    @Override
    public void ring(EventRing now) {
        ring = now;
    }

    @Override
    public synchronized void topic(KafkaEventSink now) {
        topic = now;
        producer = new KafkaClientMetrics(now.producer());
        meters.bind(producer);
    }

    @Override
    public void spool(SpoolSink now, long bytesMax) {
        spool = now;
        spoolBytesMax = bytesMax;
    }

    @Override
    public void taps(TapFigures taps) {
        meters.measures(Metric.AGENT_TAPS, () -> taps.taps().getAsLong());
        meters.counts(Metric.AGENT_REFUSED_TAPS, taps.refusedTaps());
        taps.refusedFrames()
                .forEach((why, n) -> meters.counts(Metric.AGENT_REFUSED_FRAMES, n, why));
        meters.counts(Metric.AGENT_SKIPPED_BYTES, taps.skippedBytes());
    }

    @Override
    public synchronized void close() {
        if (producer != null) {
            producer.close();
        }
        whenClosed.run();
    }
}
