package io.nvmetap.qtest;

import static org.assertj.core.api.Assertions.fail;
import static org.junit.jupiter.api.Assumptions.abort;

import io.nvmetap.cli.CliFailure;
import io.nvmetap.rig.Rig;
import java.io.IOException;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/** The rig's QEMU with its own NVMe device and a processor that stands still. */
public final class StoppedQemu implements AutoCloseable {
    private static final long START_NS_MAX = 30_000_000_000L;
    private static final long LOOK_NS = 5_000_000;

    private final Process process;
    private final Path socket;

    private StoppedQemu(Process process, Path socket) {
        this.process = process;
        this.socket = socket;
    }

    /** The rig; without one the test is skipped, and fails where CI=true. */
    private static Rig rig() throws IOException {
        Path cache = Rig.defaultCache(System.getenv(), System.getProperty("user.home"));
        try {
            return Rig.fetch(cache, line -> {});
        } catch (CliFailure e) {
            return "true".equals(System.getenv("CI"))
                    ? fail("no rig: " + e.getMessage())
                    : abort("no rig: " + e.getMessage());
        }
    }

    /**
     * Starts it and waits until it listens.
     *
     * @param properties of the NVMe device, as ",name=value"
     */
    public static StoppedQemu start(Path folder, String properties) throws IOException {
        return start(folder, List.of("-device", device(properties)));
    }

    /** The same without any device. */
    public static StoppedQemu empty(Path folder) throws IOException {
        return start(folder, List.of());
    }

    private static String device(String properties) {
        return "nvme,serial=nvmetap,drive=disk,addr=04.0" + properties;
    }

    private static StoppedQemu start(Path folder, List<String> devices) throws IOException {
        Rig rig = rig();
        Path socket = folder.resolve("q.sock");
        List<String> command = new ArrayList<>(rig.qemu());
        command.addAll(List.of("-machine", "q35", "-accel", "tcg", "-m", "512", "-nodefaults"));
        command.addAll(List.of("-no-user-config", "-display", "none", "-S", "-blockdev"));
        command.add("null-co,node-name=disk,size=1073741824,read-zeroes=on");
        command.addAll(devices);
        command.addAll(List.of("-qtest", "unix:" + socket + ",server=on,wait=off"));
        command.addAll(List.of("-qtest-log", "none"));
        ProcessBuilder builder = new ProcessBuilder(command);
        builder.environment().putAll(rig.environment());
        Path log = folder.resolve("qemu.log");
        builder.redirectErrorStream(true).redirectOutput(log.toFile());
        StoppedQemu qemu = new StoppedQemu(builder.start(), socket);
        qemu.awaitListening(log);
        return qemu;
    }

    private void awaitListening(Path log) throws IOException {
        long deadline = System.nanoTime() + START_NS_MAX;
        while (true) {
            try (SocketChannel probe = SocketChannel.open(UnixDomainSocketAddress.of(socket))) {
                return;
            } catch (IOException notYet) {
                if (!process.isAlive() || System.nanoTime() - deadline > 0) {
                    close();
                    throw new IOException("QEMU does not listen: " + Files.readString(log));
                }
                LockSupport.parkNanos(LOOK_NS);
            }
        }
    }

    /** Where it serves qtest. */
    public Path socket() {
        return socket;
    }

    /** Ends it at once. */
    public void kill() {
        process.destroyForcibly();
        try {
            process.waitFor(10, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    @Override
    public void close() {
        kill();
    }
}
