package io.nvmetap.agent;

import static org.assertj.core.api.Assertions.assertThat;

import io.nvmetap.capture.CaptureWatch;
import io.nvmetap.event.CapturedEvent;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.BooleanSupplier;
import java.util.zip.GZIPInputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Taps by datagrams, with a clock that is moved by hand. */
class UdpTapsITCase {
    @TempDir Path folder;
    private final AtomicLong nowNs = new AtomicLong();
    private final AtomicLong identity = new AtomicLong();
    private final List<String> said = new CopyOnWriteArrayList<>();

    @Test
    void shouldEndTapsThatFellSilentAndTurnAwayOneTooMany() throws Exception {
        Clocks clocks = new Clocks(nowNs::get, () -> 1, identity::incrementAndGet);
        Path trace = folder.resolve("t.avro");
        InetSocketAddress any = new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);
        List<DatagramSocket> senders = new ArrayList<>();
        UdpTaps udp =
                UdpTaps.open(
                        any, TapSinks.ofFile(trace, CaptureWatch.NONE), said::add, clocks, false);
        String address = udp.address();
        int port = Integer.parseInt(address.substring(address.lastIndexOf(':') + 1));
        try (TapThread taps = new TapThread(udp, said::add)) {
            byte[] hello = hello();
            for (int i = 0; i <= UdpTaps.TAPS_MAX; i++) {
                DatagramSocket s = new DatagramSocket();
                senders.add(s);
                s.send(
                        new DatagramPacket(
                                hello, hello.length, InetAddress.getLoopbackAddress(), port));
                int heard = i + 1;
                await(() -> said.size() >= heard);
            }
            assertThat(said).filteredOn(l -> l.contains("records")).hasSize(UdpTaps.TAPS_MAX);
            assertThat(said).contains("refused   16 taps send already");
            nowNs.addAndGet(TimeUnit.MILLISECONDS.toNanos(UdpTaps.SILENCE_MS + 1));
            await(() -> said.stream().filter(l -> l.contains("fell silent")).count() == 16);
        } finally {
            senders.forEach(DatagramSocket::close);
        }
        List<CapturedEvent> events = AgentRun.events(trace);
        assertThat(events.get(events.size() - 1).label).isEqualTo("the tap fell silent");
    }

    private void await(BooleanSupplier condition) {
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(30);
        while (!condition.getAsBoolean()) {
            assertThat(System.nanoTime()).as("it said %s", said).isLessThan(end);
            Thread.onSpinWait();
        }
    }

    private static byte[] hello() throws Exception {
        try (var in =
                new GZIPInputStream(
                        UdpTapsITCase.class.getResourceAsStream(
                                "/io/nvmetap/wire/every-kind.tap.gz"))) {
            byte[] tap = in.readAllBytes();
            return Arrays.copyOf(tap, 48 + (tap[4] & 0xFF | (tap[5] & 0xFF) << 8));
        }
    }
}
