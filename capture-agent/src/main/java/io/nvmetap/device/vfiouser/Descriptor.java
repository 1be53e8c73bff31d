package io.nvmetap.device.vfiouser;

import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import org.newsclub.net.unix.FileDescriptorCast;

/**
 * A file descriptor that came over a socket or goes over one. It has one owner, who closes it; the
 * garbage collector never does. Closing twice closes once.
 */
public final class Descriptor implements AutoCloseable {
    private static final AtomicLong OPEN = new AtomicLong();

    private final FileDescriptor descriptor;
    private final boolean borrowed;
    private final AtomicBoolean closed;

    /** Takes ownership. */
    public Descriptor(FileDescriptor descriptor) {
        this(descriptor, false);
        OPEN.incrementAndGet();
    }

    private Descriptor(FileDescriptor descriptor, boolean borrowed) {
        this.descriptor = descriptor;
        this.borrowed = borrowed;
        this.closed = new AtomicBoolean(borrowed);
    }

    /**
     * Takes a number of this process over.
     *
     * @throws IOException if it is no open descriptor
     */
    static Descriptor ofNumber(int number) throws IOException {
        return new Descriptor(FileDescriptorCast.unsafeUsing(number).getFileDescriptor());
    }

    /** Somebody else's, to be sent: never closed here, not counted. */
    static Descriptor borrowed(FileDescriptor descriptor) {
        return new Descriptor(descriptor, true);
    }

    /** Descriptors not closed yet, in this process: what a leak test looks at. */
    public static long open() {
        return OPEN.get();
    }

    /** The descriptor itself; the owner stays this object. */
    public FileDescriptor get() {
        if (closed.get() && !borrowed) {
            throw new IllegalStateException("the descriptor is closed");
        }
        return descriptor;
    }

    /** Its number in this process. */
    public int number() {
        try {
            return FileDescriptorCast.using(get()).as(Integer.class);
        } catch (IOException failure) {
            throw new UncheckedIOException(failure);
        }
    }

    @Override
    public void close() {
        if (!closed.compareAndSet(false, true)) {
            return;
        }
        OPEN.decrementAndGet();
        try {
            new FileOutputStream(descriptor).close();
        } catch (IOException ignored) {
            // The kernel released the number all the same (close(2)).
        }
    }
}
