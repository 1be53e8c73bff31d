package io.nvmetap.agent;

import io.nvmetap.cli.CliFailure;
import java.io.Closeable;
import java.io.IOException;
import java.net.BindException;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.DatagramChannel;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.util.HashMap;
import java.util.Iterator;
import java.util.Map;
import java.util.function.Consumer;

/**
 * Taps that send datagrams, told apart by where they send from. A datagram that is lost, doubled or
 * overtaken is found by the tickets of the frames in it.
 */
final class UdpTaps implements TapThread.Work, Closeable {
    /** Taps at once; what others send is left out. */
    static final int TAPS_MAX = 16;

    /** A tap that sent nothing for so long, not even a heartbeat, is gone. */
    static final int SILENCE_MS = 10_000;

    private static final int RECEIVE_BUFFER_BYTES = 8 << 20;
    private static final int DATAGRAMS_A_LOOK = 256;
    private static final int DATAGRAM_BYTES_MAX = 65_536;

    private record Peer(TapReceiver receiver, long[] heardNs) {}

    private final DatagramChannel channel;
    private final Selector selector;
    private final TapSinks sinks;
    private final Consumer<String> say;
    private final Clocks clocks;
    private final boolean once;
    private final Map<SocketAddress, Peer> peers = new HashMap<>();
    private final ByteBuffer datagram = ByteBuffer.allocate(DATAGRAM_BYTES_MAX);
    private int accepted;
    private boolean refused;
    private volatile boolean stopping;

    private UdpTaps(
            DatagramChannel channel,
            TapSinks sinks,
            Consumer<String> say,
            Clocks clocks,
            boolean once)
            throws IOException {
        this.channel = channel;
        this.sinks = sinks;
        this.say = say;
        this.clocks = clocks;
        this.once = once;
        selector = Selector.open();
        channel.configureBlocking(false);
        channel.register(selector, SelectionKey.OP_READ);
    }

    /**
     * @param once end with the first tap
     * @throws CliFailure if the address cannot be had
     */
    static UdpTaps open(
            InetSocketAddress address,
            TapSinks sinks,
            Consumer<String> say,
            Clocks clocks,
            boolean once)
            throws IOException {
        DatagramChannel channel = DatagramChannel.open();
        try {
            // The kernel gives what it allows; more room is fewer losses in a burst.
            channel.setOption(StandardSocketOptions.SO_RCVBUF, RECEIVE_BUFFER_BYTES);
            channel.bind(address);
            return new UdpTaps(channel, sinks, say, clocks, once);
        } catch (BindException e) {
            channel.close();
            throw CliFailure.environment(
                    "cannot listen on " + address + " (" + e.getMessage() + "); name another port");
        }
    }

    /**
     * @return where taps send to, for people
     */
    String address() throws IOException {
        String text = channel.getLocalAddress().toString();
        return "udp:" + text.substring(text.indexOf('/') + 1);
    }

    @Override
    public void run() throws IOException {
        IOException first = null;
        try {
            while (!stopping && !(once && accepted > 0 && peers.isEmpty())) {
                selector.select(TapReceiver.BEAT_EVERY_MS);
                selector.selectedKeys().clear();
                first = keep(first, receive());
                first = keep(first, look());
            }
        } finally {
            for (Peer p : peers.values()) {
                first = keep(first, finish(p, "the agent was stopped"));
            }
            close();
        }
        if (first != null) {
            throw first;
        }
    }

    private IOException receive() throws IOException {
        IOException failed = null;
        for (int i = 0; i < DATAGRAMS_A_LOOK; i++) {
            SocketAddress from = channel.receive(datagram.clear());
            if (from == null) {
                break;
            }
            failed = keep(failed, heard(from));
        }
        return failed;
    }

    private static IOException keep(IOException first, IOException next) {
        return first != null ? first : next;
    }

    private IOException heard(SocketAddress from) {
        Peer p = peers.get(from);
        if (p == null) {
            if (peers.size() >= TAPS_MAX) {
                if (!refused) {
                    refused = true;
                    sinks.totals().refusedTaps.increment();
                    say.accept("refused   " + TAPS_MAX + " taps send already");
                }
                return null;
            }
            accepted++;
            p = new Peer(new TapReceiver("tap " + accepted, sinks, say, clocks), new long[1]);
            peers.put(from, p);
        }
        p.heardNs[0] = clocks.nanos().getAsLong();
        try {
            p.receiver.accept(datagram.array(), datagram.position());
            return null;
        } catch (IOException e) {
            peers.remove(from);
            return keep(e, finish(p, "let go: " + e.getMessage()));
        }
    }

    /** Lets go of who has said its last word or fallen silent; tells the others' time. */
    private IOException look() {
        IOException failed = null;
        for (Iterator<Peer> i = peers.values().iterator(); i.hasNext(); ) {
            Peer p = i.next();
            long silentMs = (clocks.nanos().getAsLong() - p.heardNs[0]) / 1_000_000;
            try {
                if (p.receiver.ended() || silentMs > SILENCE_MS) {
                    i.remove();
                    p.receiver.finish("the tap fell silent");
                } else if (silentMs > 0) {
                    p.receiver.idle();
                }
            } catch (IOException e) {
                failed = keep(failed, e);
            }
        }
        return failed;
    }

    private static IOException finish(Peer p, String reason) {
        try {
            p.receiver.finish(reason);
            return null;
        } catch (IOException e) {
            return e;
        }
    }

    @Override
    public void stop() {
        stopping = true;
        selector.wakeup();
    }

    @Override
    public void close() throws IOException {
        selector.close();
        channel.close();
    }
}
