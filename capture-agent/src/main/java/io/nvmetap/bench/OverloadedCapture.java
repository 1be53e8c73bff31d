package io.nvmetap.bench;

import io.nvmetap.capture.Agent;
import io.nvmetap.capture.EventRing;
import io.nvmetap.capture.RingTap;
import io.nvmetap.capture.Session;
import io.nvmetap.capture.Tap;
import io.nvmetap.cli.CliFailure;
import io.nvmetap.event.CaptureStarted;
import io.nvmetap.event.CapturedEvent;
import io.nvmetap.event.LiveState;
import java.io.IOException;
import java.util.concurrent.atomic.AtomicLong;

/** A recording of which the far end takes a tenth. */
final class OverloadedCapture {
    private final EventRing ring =
            new EventRing(EventRing.CAPACITY_BYTES_DEFAULT, System::nanoTime);
    private final AtomicLong made = new AtomicLong();
    private final TenthSink sink = new TenthSink(made::get);
    private final Agent agent;

    OverloadedCapture() throws IOException {
        Session session = new Session(1, 1, CaptureStarted.unknown());
        agent = new Agent(ring, session, i -> LiveState.UNKNOWN, sink);
        agent.start();
    }

    /** The tap of a live capture, counted. */
    Tap tap() {
        RingTap tap = new RingTap(ring, 0);
        return new Tap() {
            @Override
            public boolean on() {
                return tap.on();
            }

            @Override
            public CapturedEvent event() {
                return tap.event();
            }

            @Override
            public void emit(CapturedEvent e, int cpu) {
                // One thread at a time emits; nobody needs the count at once.
                made.lazySet(made.getPlain() + 1);
                tap.emit(e, cpu);
            }
        };
    }

    /**
     * Ends it.
     *
     * @throws CliFailure if made is not arrived and told as lost
     */
    Account end() throws IOException {
        sink.hurry();
        agent.close();
        Account account = new Account(made.get(), sink.arrived(), sink.told());
        if (account.arrived() + account.told() != account.made()) {
            throw CliFailure.environment("not accounted for: " + account);
        }
        return account;
    }

    /**
     * @param made events that the driver told
     * @param arrived of them
     * @param told events lost, as the recording says
     */
    record Account(long made, long arrived, long told) {}
}
