package io.nvmetap.device;

import java.io.FileDescriptor;

/**
 * Guest memory that is made of ranges of files, so that another process can be given it (vfio-user
 * DMA_MAP). Ranges come and go while a guest runs.
 */
public interface SharedMemory extends GuestMemory {
    /**
     * A range of addresses.
     *
     * @param address first guest address
     * @param bytes length
     * @param descriptor the file behind it, open as long as the range exists and never the caller's
     *     to close; null if there is none and the bytes can only be asked for
     * @param fileOffset where in the file it starts
     * @param writable whether a device may store into it
     */
    record Range(
            long address,
            long bytes,
            FileDescriptor descriptor,
            long fileOffset,
            boolean writable) {}

    /** Told of ranges in the order they change, by the thread that changes them. */
    interface Watcher {
        /** A range can be used from now on. */
        void added(Range range);

        /** A range may no longer be used once this returns. */
        void removed(Range range);
    }

    /**
     * Tells the watcher of the ranges there are and from then on of every change. One watcher; a
     * second one takes the first one's place.
     */
    void watch(Watcher watcher);
}
