package io.nvmetap.agent;

import java.io.IOException;
import java.nio.channels.SocketChannel;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/** Taps that connect, several at once: a thread accepts, one for each tap receives. */
final class TapServer implements Taps {
    /** Taps at once; a further one is turned away. */
    static final int TAPS_MAX = 16;

    private static final long CLOSE_PATIENCE_MS = 10_000;

    private final SocketListener listener;
    private final TapSinks sinks;
    private final Consumer<String> say;
    private final Clocks clocks;
    private final Map<Thread, TapReceiver> taps = new HashMap<>();
    private final List<IOException> failures = new ArrayList<>();
    private final Thread acceptor;
    private int accepted;
    private boolean closing;

    /** Takes the listener over and starts. */
    TapServer(SocketListener listener, TapSinks sinks, Consumer<String> say, Clocks clocks) {
        this.listener = listener;
        this.sinks = sinks;
        this.say = say;
        this.clocks = clocks;
        acceptor = new Thread(this::accept, "nvmetap-taps");
        acceptor.setDaemon(true);
        acceptor.start();
    }

    private void accept() {
        try {
            while (true) {
                SocketChannel peer = listener.accept();
                try {
                    admit(peer);
                } catch (IOException gone) {
                    // It left while it was asked who it is.
                    peer.close();
                }
            }
        } catch (IOException closed) {
            synchronized (this) {
                if (!closing) {
                    failures.add(closed);
                    closing = true;
                }
                notifyAll();
            }
        }
    }

    private void admit(SocketChannel peer) throws IOException {
        Optional<String> stranger = listener.refuse(peer);
        if (stranger.isPresent()) {
            sinks.totals().refusedTaps.increment();
            say.accept("refused   a process of user " + stranger.get() + "; see --allow-uid");
            peer.close();
            return;
        }
        synchronized (this) {
            if (closing || taps.size() >= TAPS_MAX) {
                sinks.totals().refusedTaps.increment();
                say.accept("refused   " + TAPS_MAX + " taps are connected already");
                peer.close();
                return;
            }
            accepted++;
            String name = "tap " + accepted;
            TapReceiver receiver = new TapReceiver(name, sinks, say, clocks);
            Thread thread =
                    new Thread(() -> receive(receiver, name, peer), "nvmetap-tap-" + accepted);
            thread.setDaemon(true);
            taps.put(thread, receiver);
            thread.start();
        }
    }

    private void receive(TapReceiver receiver, String name, SocketChannel peer) {
        IOException failed = null;
        try (TapSource source = new SocketSource(peer)) {
            receiver.run(source);
        } catch (IOException e) {
            failed = e;
        } catch (RuntimeException ours) {
            failed = new IOException(name + ": internal error, please report: " + ours);
        }
        if (failed != null) {
            say.accept(name + "   let go: " + failed.getMessage());
        }
        synchronized (this) {
            if (failed != null) {
                failures.add(failed);
            }
            taps.remove(Thread.currentThread());
            notifyAll();
        }
    }

    @Override
    public synchronized boolean awaitLast(long limitMs) throws InterruptedException {
        long end = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(limitMs);
        while (!closing && (accepted == 0 || !taps.isEmpty())) {
            long left = TimeUnit.NANOSECONDS.toMillis(end - System.nanoTime());
            if (left <= 0) {
                return false;
            }
            wait(left);
        }
        return true;
    }

    @Override
    public boolean deaf() {
        return !acceptor.isAlive();
    }

    @Override
    public synchronized Optional<IOException> failure() {
        return failures.stream().findFirst();
    }

    /** Ends every session and waits for it. */
    @Override
    public void close() throws IOException {
        List<Thread> left;
        synchronized (this) {
            closing = true;
            taps.values().forEach(TapReceiver::stop);
            left = new ArrayList<>(taps.keySet());
            notifyAll();
        }
        listener.close();
        try {
            for (Thread t : left) {
                t.join(CLOSE_PATIENCE_MS);
            }
            acceptor.join(CLOSE_PATIENCE_MS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
