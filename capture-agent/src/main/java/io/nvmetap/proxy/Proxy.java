package io.nvmetap.proxy;

import io.nvmetap.capture.Agent;
import io.nvmetap.capture.EventRing;
import io.nvmetap.capture.EventSink;
import io.nvmetap.capture.FileSink;
import io.nvmetap.capture.RingTap;
import io.nvmetap.capture.Session;
import io.nvmetap.capture.SinkPlan;
import io.nvmetap.device.vfiouser.ChannelPort;
import io.nvmetap.device.vfiouser.DmaMap;
import io.nvmetap.device.vfiouser.MessageChannel;
import io.nvmetap.event.LiveState;
import java.io.IOException;
import java.security.SecureRandom;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/**
 * Takes one client after the other, opens a connection to the server for each, and records what
 * passes into one file. Closing it ends the recording in order.
 */
public final class Proxy implements AutoCloseable {
    private static final long CLOSE_PATIENCE_MS = 10_000;

    private final ProxySpec spec;
    private final Consumer<String> log;
    private final ChannelPort port;
    private final Agent agent;
    private final ProxyTap tap;
    private final Thread thread;
    private final CountDownLatch firstClientLeft = new CountDownLatch(1);
    private volatile Relay current;
    private volatile boolean reached;
    private volatile boolean closed;
    private boolean withheldTold;
    private int clients;

    private Proxy(ProxySpec spec, SinkPlan sinks, Consumer<String> log, ChannelPort port)
            throws IOException {
        this.spec = spec;
        this.log = log;
        this.port = port;
        SecureRandom random = new SecureRandom();
        EventRing ring = new EventRing(EventRing.CAPACITY_BYTES_DEFAULT, System::nanoTime);
        Session session =
                new Session(
                        random.nextLong(), random.nextLong(), ProxyHeader.started(spec.payload()));
        EventSink sink = sinks.with(FileSink.open(spec.out(), session.high(), session.low()));
        sinks.ring(ring);
        // No snapshots: a file is read from its start, and one taken with commands in flight
        // would make a reader know less than the events before it told.
        agent = new Agent(ring, session, index -> LiveState.UNKNOWN, sink);
        agent.start();
        tap = new ProxyTap(new RingTap(ring, 0));
        thread = new Thread(this::run, "nvmetap-proxy");
        thread.setDaemon(true);
        thread.start();
    }

    /**
     * Starts to listen and to record.
     *
     * @param log told, one line each, what a user should know
     * @throws IOException if the socket or the file cannot be made; nothing is left behind
     */
    public static Proxy start(ProxySpec spec, Consumer<String> log) throws IOException {
        return start(spec, SinkPlan.FILE_ONLY, log);
    }

    /** As the other; the recording goes where {@code sinks} says, too. */
    public static Proxy start(ProxySpec spec, SinkPlan sinks, Consumer<String> log)
            throws IOException {
        ChannelPort port = ChannelPort.listen(spec.listen());
        try {
            return new Proxy(spec, sinks, log, port);
        } catch (IOException | RuntimeException e) {
            port.close();
            throw e;
        }
    }

    private void run() {
        while (!closed) {
            MessageChannel client;
            try {
                client = port.accept();
            } catch (IOException e) {
                if (!closed) {
                    log.accept("cannot accept a client: " + e.getMessage());
                }
                return;
            }
            try (client) {
                serve(client);
            } catch (IOException e) {
                log.accept(e.getMessage());
            } finally {
                current = null;
                firstClientLeft.countDown();
            }
        }
    }

    private void serve(MessageChannel client) throws IOException {
        try (MessageChannel server = ChannelPort.connect(spec.connect())) {
            reached = true;
            Relay relay = new Relay(client, server);
            current = relay;
            if (!closed) {
                record(relay);
            }
        }
    }

    private void record(Relay relay) throws IOException {
        clients++;
        try (DmaMap memory = new DmaMap(DmaMap.Remote.NONE);
                Observer observer =
                        new Observer(new ControllerView(memory, tap, spec.payload()), tap);
                InterruptRelay interrupts =
                        new InterruptRelay(
                                (kind, vector) -> observer.observe(v -> v.interrupt(kind, vector)),
                                failure -> interruptsFailed(relay, failure));
                Traffic traffic =
                        new Traffic(memory, observer, interrupts, () -> withheld(observer))) {
            observer.observe(v -> v.clientCame(clients));
            ended(relay.run(traffic), relay.reason());
            observer.observe(v -> v.clientLeft(clients));
        }
    }

    private void ended(Relay.End end, String reason) {
        String why = reason.isEmpty() ? "" : " (" + reason + ")";
        if (end == Relay.End.SERVER_LEFT) {
            log.accept("the server " + spec.connect() + " is gone" + why + "; client let go");
        } else if (end == Relay.End.CLIENT_LEFT && !reason.isEmpty()) {
            log.accept("the client is gone" + why);
        }
    }

    private void interruptsFailed(Relay relay, Throwable failure) {
        log.accept("interrupts: " + failure);
        if (failure instanceof IOException) {
            // Nobody passes interrupts on any more: better no connection than one that hangs.
            relay.close();
        }
    }

    private synchronized void withheld(Observer observer) {
        if (withheldTold) {
            return;
        }
        withheldTold = true;
        String text = "BAR0 is not mapped through: every doorbell crosses the proxy";
        log.accept(text);
        observer.remark(text);
    }

    /**
     * Waits until a client was there and left.
     *
     * @return false if none did in that time
     */
    public boolean awaitClientGone(long timeoutMs) throws InterruptedException {
        return firstClientLeft.await(timeoutMs, TimeUnit.MILLISECONDS);
    }

    /** Whether the server ever took a connection. */
    public boolean serverReached() {
        return reached;
    }

    /** Events written so far; final after {@link #close}. */
    public long events() {
        return agent.sent();
    }

    /** Events lost so far; final after {@link #close}. */
    public long lost() {
        return agent.lost();
    }

    /** Commands recorded so far. */
    public long commands() {
        return tap.commands();
    }

    /** Completions recorded so far. */
    public long completions() {
        return tap.completions();
    }

    /**
     * Lets the client go and ends the recording.
     *
     * @throws IOException if the recording is not complete
     */
    @Override
    public void close() throws IOException {
        if (closed) {
            return;
        }
        closed = true;
        try {
            port.close();
        } catch (IOException ignored) {
            // It no longer listens either way.
        }
        Relay now = current;
        if (now != null) {
            now.close();
        }
        try {
            thread.join(CLOSE_PATIENCE_MS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        try {
            agent.close();
        } catch (IOException e) {
            throw new IOException("the recording " + spec.out() + ": " + e.getMessage());
        }
    }
}
