package io.nvmetap.device.vfiouser;

import io.nvmetap.device.MemoryFault;
import io.nvmetap.device.SharedMemory;
import io.nvmetap.nvme.LittleEndian;
import java.io.IOException;
import java.lang.invoke.VarHandle;
import java.util.HashMap;
import java.util.Map;
import java.util.TreeMap;

/**
 * A vfio-user client's memory as its DMA_MAP and DMA_UNMAP messages describe it. Ranges with a
 * descriptor are mapped; the bytes of the others must be asked for.
 *
 * <p>Changes and accesses may come from different threads: an access sees the ranges before or
 * after a change, never half of it.
 */
public final class DmaMap implements SharedMemory, AutoCloseable {
    /** Ranges a client may have at a time. */
    public static final int RANGES_MAX = 4096;

    /** Different files behind them. */
    public static final int FILES_MAX = 256;

    /** Bytes of those files together: 1 TiB, which is a thousand mappings of this process. */
    public static final long MAPPED_BYTES_MAX = MappedFile.BYTES_MAX;

    private static final int PAGE = 4096;

    /** How bytes without a descriptor are reached: DMA_READ and DMA_WRITE messages. */
    public interface Remote {
        /** Nobody is asked: such accesses fault. */
        Remote NONE =
                new Remote() {
                    @Override
                    public void read(long address, byte[] target, int at, int count) {
                        throw new MemoryFault(address, count);
                    }

                    @Override
                    public void write(long address, byte[] source, int from, int count) {
                        throw new MemoryFault(address, count);
                    }
                };

        /**
         * @throws MemoryFault if the client refuses or does not answer
         */
        void read(long address, byte[] target, int at, int count);

        /** See {@link #read}. */
        void write(long address, byte[] source, int from, int count);
    }

    private static final class Entry {
        final Range range;
        final Descriptor descriptor;
        final MappedFile.Identity identity;
        final MappedFile file;
        final boolean readable;

        Entry(
                Range range,
                Descriptor descriptor,
                MappedFile.Identity identity,
                MappedFile file,
                boolean readable) {
            this.range = range;
            this.descriptor = descriptor;
            this.identity = identity;
            this.file = file;
            this.readable = readable;
        }

        long end() {
            return range.address() + range.bytes();
        }
    }

    /** A file as it is mapped now; {@code bytes} counts what it was mapped as before, too. */
    private static final class Mapping {
        MappedFile file;
        int users;
        long bytes;
    }

    private final Remote remote;
    private final TreeMap<Long, Entry> entries = new TreeMap<>();
    private final Map<MappedFile.Identity, Mapping> files = new HashMap<>();
    private volatile Entry[] sorted = new Entry[0];
    private long mappedBytes;
    private Watcher watcher;

    /**
     * @param remote asked for bytes without a descriptor
     */
    public DmaMap(Remote remote) {
        this.remote = remote;
    }

    /**
     * Memory of our own in a file without a name, which a peer can be given; pages cost nothing
     * until they are written. {@link #close} lets go of it.
     *
     * @param name shown in /proc
     * @throws IOException if the system has none
     */
    public static DmaMap ofFile(String name, long address, long bytes) throws IOException {
        DmaMap map = new DmaMap(Remote.NONE);
        Descriptor file = Descriptor.ofNumber(Linux.memfd(name, bytes));
        int flags = VfioUser.DMA_READABLE | VfioUser.DMA_WRITABLE;
        int errno = map.map(address, bytes, flags, file, 0);
        if (errno != 0) {
            throw new IOException("memory of " + bytes + " bytes: error " + errno);
        }
        return map;
    }

    /**
     * Adds a range.
     *
     * @param flags {@link VfioUser#DMA_READABLE}, {@link VfioUser#DMA_WRITABLE}
     * @param descriptor taken over in every case, null if none came
     * @return 0, or the errno to answer: EINVAL for a range that is misaligned, empty, overlapping
     *     or beyond its file, ENOSPC at a bound, EIO if it cannot be mapped
     */
    public synchronized int map(
            long address, long bytes, int flags, Descriptor descriptor, long fileOffset) {
        Entry entry = null;
        try {
            int refused = check(address, bytes, flags);
            if (refused != 0) {
                return refused;
            }
            boolean writable = (flags & VfioUser.DMA_WRITABLE) != 0;
            boolean readable = (flags & VfioUser.DMA_READABLE) != 0;
            if (descriptor == null) {
                entry =
                        new Entry(
                                new Range(address, bytes, null, 0, writable),
                                null,
                                null,
                                null,
                                readable);
            } else {
                MappedFile.Identity identity = MappedFile.identity(descriptor);
                MappedFile file = file(identity, descriptor, writable);
                if (file == null) {
                    return VfioUser.ENOSPC;
                }
                if (fileOffset < 0 || fileOffset > file.bytes() - bytes) {
                    release(identity);
                    return VfioUser.EINVAL;
                }
                Range range = new Range(address, bytes, descriptor.get(), fileOffset, writable);
                entry = new Entry(range, descriptor, identity, file, readable);
            }
        } catch (IOException cannot) {
            return VfioUser.EIO;
        } finally {
            if (entry == null && descriptor != null) {
                descriptor.close();
            }
        }
        entries.put(address, entry);
        publish();
        if (watcher != null) {
            watcher.added(entry.range);
        }
        return 0;
    }

    /**
     * Removes a range.
     *
     * @return 0, or ENOENT if there is no range of exactly this address and length
     */
    public synchronized int unmap(long address, long bytes) {
        Entry entry = entries.get(address);
        if (entry == null || entry.range.bytes() != bytes) {
            return VfioUser.ENOENT;
        }
        remove(entry);
        return 0;
    }

    /** Removes every range. */
    public synchronized void clear() {
        while (!entries.isEmpty()) {
            remove(entries.firstEntry().getValue());
        }
    }

    /** Ranges there are now. */
    public int size() {
        return sorted.length;
    }

    @Override
    public void close() {
        clear();
    }

    @Override
    public synchronized void watch(Watcher newWatcher) {
        watcher = newWatcher;
        entries.values().forEach(entry -> newWatcher.added(entry.range));
    }

    @Override
    public boolean contains(long address, long count) {
        if (address < 0 || count < 0 || address > Long.MAX_VALUE - Math.max(count, 1)) {
            return false;
        }
        long at = address;
        long end = address + Math.max(count, 1);
        while (at < end) {
            Entry entry = find(at);
            if (entry == null) {
                return false;
            }
            at = entry.end();
        }
        return true;
    }

    @Override
    public void read(long address, byte[] target, int at, int count) {
        int done = 0;
        while (done < count) {
            long from = address + done;
            Entry entry = require(from, count - done, false);
            int part = (int) Math.min(count - done, entry.end() - from);
            if (entry.file == null) {
                remote.read(from, target, at + done, part);
            } else {
                entry.file.read(inFile(entry, from), target, at + done, part);
            }
            done += part;
        }
    }

    @Override
    public void write(long address, byte[] source, int from, int count) {
        int done = 0;
        while (done < count) {
            long to = address + done;
            Entry entry = require(to, count - done, true);
            int part = (int) Math.min(count - done, entry.end() - to);
            if (entry.file == null) {
                remote.write(to, source, from + done, part);
            } else {
                entry.file.write(inFile(entry, to), source, from + done, part);
            }
            done += part;
        }
    }

    @Override
    public int readInt(long address) {
        Entry entry = require(address, Integer.BYTES, false);
        if (entry.file != null && entry.end() - address >= Integer.BYTES) {
            return entry.file.readInt(inFile(entry, address));
        }
        byte[] four = new byte[Integer.BYTES];
        read(address, four, 0, Integer.BYTES);
        return LittleEndian.i32(four, 0);
    }

    @Override
    public void writeInt(long address, int value) {
        Entry entry = require(address, Integer.BYTES, true);
        if (entry.file != null && entry.end() - address >= Integer.BYTES) {
            entry.file.writeInt(inFile(entry, address), value);
        } else {
            byte[] four = new byte[Integer.BYTES];
            LittleEndian.put32(four, 0, value);
            write(address, four, 0, Integer.BYTES);
        }
    }

    @Override
    public long readLong(long address) {
        Entry entry = require(address, Long.BYTES, false);
        if (entry.file != null && entry.end() - address >= Long.BYTES) {
            return entry.file.readLong(inFile(entry, address));
        }
        byte[] eight = new byte[Long.BYTES];
        read(address, eight, 0, Long.BYTES);
        return LittleEndian.i64(eight, 0);
    }

    @Override
    public void writeLong(long address, long value) {
        Entry entry = require(address, Long.BYTES, true);
        if (entry.file != null && entry.end() - address >= Long.BYTES) {
            entry.file.writeLong(inFile(entry, address), value);
        } else {
            byte[] eight = new byte[Long.BYTES];
            LittleEndian.put64(eight, 0, value);
            write(address, eight, 0, Long.BYTES);
        }
    }

    @Override
    public void storeFence() {
        VarHandle.releaseFence();
    }

    @Override
    public void loadFence() {
        VarHandle.acquireFence();
    }

    private int check(long address, long bytes, int flags) {
        boolean aligned = ((address | bytes) & PAGE - 1) == 0;
        boolean possible = aligned && address >= 0 && bytes > 0 && address + bytes > 0;
        if (!possible || flags < 1 || flags > (VfioUser.DMA_READABLE | VfioUser.DMA_WRITABLE)) {
            return VfioUser.EINVAL;
        }
        Map.Entry<Long, Entry> before = entries.lowerEntry(address + bytes);
        if (before != null && before.getValue().end() > address) {
            return VfioUser.EINVAL;
        }
        return entries.size() >= RANGES_MAX ? VfioUser.ENOSPC : 0;
    }

    /** One mapping a file; a file first seen read-only is mapped again when it must be written. */
    private MappedFile file(MappedFile.Identity identity, Descriptor descriptor, boolean writable)
            throws IOException {
        Mapping known = files.get(identity);
        long size = MappedFile.size(descriptor);
        boolean fits = known != null && (known.file.writable() || !writable);
        if (fits && known.file.bytes() == size) {
            known.users++;
            return known.file;
        }
        boolean room = known != null || files.size() < FILES_MAX;
        if (!room || size <= MappedFile.BYTES_MAX && size > MAPPED_BYTES_MAX - mappedBytes) {
            return null;
        }
        MappedFile file = MappedFile.map(descriptor, writable || known != null);
        Mapping mapping = known == null ? new Mapping() : known;
        mapping.file = file;
        mapping.users++;
        mapping.bytes += file.bytes();
        mappedBytes += file.bytes();
        files.put(identity, mapping);
        return file;
    }

    private void release(MappedFile.Identity identity) {
        Mapping mapping = files.get(identity);
        if (mapping != null && --mapping.users == 0) {
            files.remove(identity);
            mappedBytes -= mapping.bytes;
        }
    }

    private void remove(Entry entry) {
        entries.remove(entry.range.address());
        publish();
        if (watcher != null) {
            watcher.removed(entry.range);
        }
        if (entry.descriptor != null) {
            release(entry.identity);
            entry.descriptor.close();
        }
    }

    private void publish() {
        sorted = entries.values().toArray(Entry[]::new);
    }

    private static long inFile(Entry entry, long address) {
        return entry.range.fileOffset() + (address - entry.range.address());
    }

    private Entry require(long address, long count, boolean store) {
        Entry entry = find(address);
        boolean allowed = entry != null && (store ? entry.range.writable() : entry.readable);
        if (!allowed) {
            throw new MemoryFault(address, count);
        }
        return entry;
    }

    private Entry find(long address) {
        Entry[] now = sorted;
        int low = 0;
        int high = now.length - 1;
        while (low <= high) {
            int middle = low + high >>> 1;
            Entry entry = now[middle];
            if (address < entry.range.address()) {
                high = middle - 1;
            } else if (address >= entry.end()) {
                low = middle + 1;
            } else {
                return entry;
            }
        }
        return null;
    }
}
