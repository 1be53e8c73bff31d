package io.nvmetap.agent;

import io.nvmetap.cli.CliFailure;
import io.nvmetap.wire.Deframer;
import io.nvmetap.wire.SharedRings;
import io.nvmetap.wire.TapTranslator;
import java.io.IOException;
import java.nio.ByteOrder;
import java.nio.MappedByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.concurrent.locks.LockSupport;
import org.agrona.concurrent.UnsafeBuffer;

/** The memory of a tap, mapped: its frames are taken out of the rings where they lie. */
final class MemorySource implements TapSource {
    /** Bytes of the largest memory. */
    static final long BYTES_MAX = 1L << 30;

    private static final int BEAT_AFTER_MS = 100;
    private static final long IDLE_NS = 200_000L;
    private static final int FRAMES_A_PASS = 4_096;

    private final Path file;
    private final FileChannel channel;
    private final long bytes;
    private final SharedRings rings;
    private boolean closed;

    private MemorySource(Path file, FileChannel channel, long bytes, SharedRings rings) {
        this.file = file;
        this.channel = channel;
        this.bytes = bytes;
        this.rings = rings;
    }

    /**
     * @param file what the mediator made, with {@code nvmetap_init} done in it
     * @param pid of this process: others see that the memory has a reader
     * @throws CliFailure if it is no tap's memory, or somebody reads it
     */
    static MemorySource open(Path file, long pid) throws IOException {
        if (!Files.isRegularFile(file)) {
            throw CliFailure.environment(
                    file + ": no such memory; start the mediator first, or check the path");
        }
        FileChannel channel =
                FileChannel.open(file, StandardOpenOption.READ, StandardOpenOption.WRITE);
        boolean good = false;
        try {
            MemorySource source = map(file, channel, pid);
            good = true;
            return source;
        } catch (IllegalArgumentException no) {
            throw CliFailure.environment(
                    file + ": " + no.getMessage() + "; is it made by nvmetap_init?");
        } finally {
            if (!good) {
                channel.close();
            }
        }
    }

    private static MemorySource map(Path file, FileChannel channel, long pid) throws IOException {
        long bytes = channel.size();
        if (bytes > BYTES_MAX) {
            throw CliFailure.environment(file + ": over " + BYTES_MAX + " bytes");
        }
        MappedByteBuffer map = channel.map(FileChannel.MapMode.READ_WRITE, 0, bytes);
        map.order(ByteOrder.LITTLE_ENDIAN);
        SharedRings rings = SharedRings.open(new UnsafeBuffer(map));
        int reader = rings.lock((int) pid, MemorySource::lives);
        if (reader != 0) {
            throw CliFailure.environment(
                    file + ": process " + reader + " reads it already; end that one first");
        }
        return new MemorySource(file, channel, bytes, rings);
    }

    /** To touch what is no longer behind the mapping would be an error of the whole JVM's. */
    private boolean whole() throws IOException {
        return channel.isOpen() && channel.size() >= bytes;
    }

    private static boolean lives(int process) {
        return ProcessHandle.of(process).isPresent();
    }

    @Override
    public Outcome pass(Deframer deframer, TapTranslator translator, int timeoutMs)
            throws IOException {
        if (!whole()) {
            throw new IOException(file + ": became shorter while it was read");
        }
        try {
            int taken = rings.take(translator::accept, FRAMES_A_PASS);
            if (taken > 0) {
                return Outcome.SOME;
            }
            boolean ownerGone = rings.ownerPid() != 0 && !lives(rings.ownerPid());
            if (translator.sessions() > 0 && !translator.open() || ownerGone) {
                // What was written before the owner went is there to be seen now.
                return rings.take(translator::accept, FRAMES_A_PASS) > 0
                        ? Outcome.SOME
                        : Outcome.OVER;
            }
        } catch (IllegalStateException damaged) {
            throw new IOException(file + ": " + damaged.getMessage());
        }
        LockSupport.parkNanos(this, IDLE_NS);
        return Outcome.NOTHING;
    }

    @Override
    public int beatAfterMs() {
        return BEAT_AFTER_MS;
    }

    @Override
    public String endReason() {
        return "the mediator's process is gone";
    }

    @Override
    public void close() throws IOException {
        if (!closed) {
            closed = true;
            try (channel) {
                if (whole()) {
                    rings.unlock();
                }
            }
        }
    }
}
