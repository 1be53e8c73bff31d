package io.nvmetap.device.vfiouser;

import com.sun.jna.Memory;
import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Objects;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;

/** Descriptors for tests, and how many are open. */
final class Descriptors {
    private static final long PATIENCE_NS = 20_000_000_000L;

    private Descriptors() {}

    static Descriptor event() {
        try {
            return Descriptor.ofNumber(Linux.eventfd());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    static Descriptor file(long bytes) {
        try {
            return Descriptor.ofNumber(Linux.memfd("test", bytes));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** A second descriptor of the same file or event. */
    static Descriptor again(Descriptor of) {
        try {
            return Descriptor.ofNumber(TestLinux.dup(of.number()));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Signals since the last look. */
    static long signals(Descriptor event) {
        Memory counter = new Memory(Long.BYTES);
        return Linux.read(event.number(), counter, Long.BYTES) < 0 ? 0 : counter.getLong(0);
    }

    /** Descriptors of this process, whoever opened them. */
    static int ofProcess() {
        return Objects.requireNonNull(new File("/proc/self/fd").list()).length;
    }

    /** Lets libraries open what they keep open. */
    static void warmUp(Path folder) throws IOException {
        try (ServerRig rig = new ServerRig(Files.createDirectories(folder.resolve("warm")));
                Descriptor file = file(4096)) {
            try (RawPeer peer = RawPeer.negotiated(rig.path())) {
                peer.ask(VfioUser.COMMAND_DMA_MAP, Bodies.map(0, 4096, 3, 0), file);
            }
        }
    }

    /**
     * Expects no more descriptors of the process than before; threads that end may still hold one.
     */
    static void expectNumbers(int before) {
        if (!eventually(() -> ofProcess() <= before)) {
            throw new AssertionError(before + " numbers before, now " + ofProcess());
        }
    }

    /** Waits for what other threads do; false if it does not come. */
    static boolean eventually(BooleanSupplier condition) {
        long end = System.nanoTime() + PATIENCE_NS;
        while (!condition.getAsBoolean()) {
            if (System.nanoTime() - end > 0) {
                return false;
            }
            LockSupport.parkNanos(500_000);
        }
        return true;
    }
}
