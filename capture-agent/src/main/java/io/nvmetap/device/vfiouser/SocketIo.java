package io.nvmetap.device.vfiouser;

import com.sun.jna.Memory;
import java.io.IOException;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.newsclub.net.unix.AFUNIXSocket;
import org.newsclub.net.unix.FileDescriptorCast;

/**
 * Bytes and descriptors of one UNIX stream socket, with a bound on every wait.
 *
 * <p>Design note: the system calls are made here and not by junixsocket, because that has room for
 * 60 descriptors of one read and leaves open what it received of more, and because a send to a peer
 * that does not read must end. The number is given back only when no call is under way on it.
 *
 * <p>One thread receives and one sends at a time.
 */
final class SocketIo implements AutoCloseable {
    /** Bytes one call moves at most. */
    private static final int PIECE_BYTES = 64 << 10;

    /** Room for SCM_MAX_FD, 253, descriptors: what a kernel hands over with one read at most. */
    private static final int CONTROL_BYTES = 1040;

    private static final int CONTROL_HEADER_BYTES = 16;
    private static final int SOL_SOCKET = 1;
    private static final int SCM_RIGHTS = 1;

    /** Header, bytes and ancillary data of one direction. */
    private static final class Lane {
        final Memory poll = new Memory(Linux.POLLFD_BYTES);
        final Memory header = new Memory(Linux.MSGHDR_BYTES);
        final Memory vector = new Memory(2L * Long.BYTES);
        final Memory bytes = new Memory(PIECE_BYTES);
        final Memory control = new Memory(CONTROL_BYTES);

        void close() {
            poll.close();
            header.close();
            vector.close();
            bytes.close();
            control.close();
        }

        Lane() {
            vector.setPointer(0, bytes);
            header.clear();
            header.setPointer(16, vector);
            header.setLong(24, 1);
        }

        Memory message(int count, int controlBytes) {
            vector.setLong(Long.BYTES, count);
            header.setPointer(32, controlBytes > 0 ? control : null);
            header.setLong(40, controlBytes);
            return header;
        }
    }

    private final AFUNIXSocket socket;
    private final int fd;
    private final Lane in = new Lane();
    private final Lane out = new Lane();
    private int inside;
    private boolean closed;

    /** Takes the connected socket over. */
    SocketIo(AFUNIXSocket socket) throws IOException {
        this.socket = socket;
        fd = FileDescriptorCast.using(socket.getFileDescriptor()).as(Integer.class);
    }

    /**
     * Reads what is there, at least one byte.
     *
     * @param received gets the descriptors that came with it
     * @param likely the bytes are probably there already: looked for before they are waited for
     * @param deadlineNs of System.nanoTime(), null to wait without end
     * @return bytes read, -1 if the peer closed
     * @throws SocketTimeoutException if nothing came
     */
    int receive(byte[] target, int at, boolean likely, List<Descriptor> received, Long deadlineNs)
            throws IOException {
        enter();
        try {
            int count = Math.min(target.length - at, PIECE_BYTES);
            long got = likely ? Linux.receive(fd, in.message(count, CONTROL_BYTES)) : Linux.AGAIN;
            while (got == Linux.AGAIN) {
                await(in, Linux.POLLIN, deadlineNs, "nothing came in time");
                got = Linux.receive(fd, in.message(count, CONTROL_BYTES));
            }
            take(received);
            in.bytes.read(0, target, at, (int) got);
            return got == 0 ? -1 : (int) got;
        } finally {
            leave();
        }
    }

    /** Owns each descriptor the kernel put into this process. */
    private void take(List<Descriptor> received) throws IOException {
        long end = in.header.getLong(40);
        long at = 0;
        while (at + CONTROL_HEADER_BYTES <= end) {
            long bytes = in.control.getLong(at);
            boolean rights =
                    in.control.getInt(at + 8) == SOL_SOCKET
                            && in.control.getInt(at + 12) == SCM_RIGHTS;
            for (long one = CONTROL_HEADER_BYTES; rights && one < bytes; one += Integer.BYTES) {
                received.add(Descriptor.ofNumber(in.control.getInt(at + one)));
            }
            at += Math.max(bytes + 7 & ~7L, CONTROL_HEADER_BYTES);
        }
    }

    /**
     * Writes all of it, the descriptors with the first byte.
     *
     * @param patienceMs longest wait for the peer to read on
     * @throws SocketTimeoutException if it did not; part may be written
     */
    void send(byte[] source, int count, List<Descriptor> with, int patienceMs) throws IOException {
        enter();
        try {
            int controlBytes = with.isEmpty() ? 0 : control(with);
            int done = 0;
            while (done < count) {
                int part = Math.min(count - done, PIECE_BYTES);
                out.bytes.write(0, source, done, part);
                long put = Linux.send(fd, out.message(part, done == 0 ? controlBytes : 0));
                if (put == Linux.AGAIN) {
                    long end = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(patienceMs);
                    await(out, Linux.POLLOUT, end, "the peer does not read");
                } else {
                    done += (int) Math.max(0, put);
                }
            }
        } finally {
            leave();
        }
    }

    private int control(List<Descriptor> with) {
        int bytes = CONTROL_HEADER_BYTES + Integer.BYTES * with.size();
        out.control.clear();
        out.control.setLong(0, bytes);
        out.control.setInt(8, SOL_SOCKET);
        out.control.setInt(12, SCM_RIGHTS);
        for (int i = 0; i < with.size(); i++) {
            long at = CONTROL_HEADER_BYTES + (long) Integer.BYTES * i;
            out.control.setInt(at, with.get(i).number());
        }
        return bytes + 7 & ~7;
    }

    private void await(Lane lane, short events, Long deadlineNs, String late) throws IOException {
        lane.poll.setInt(0, fd);
        lane.poll.setInt(4, events);
        int ready = 0;
        while (ready == 0) {
            int waitMs = -1;
            if (deadlineNs != null) {
                long leftNs = deadlineNs - System.nanoTime();
                if (leftNs <= 0) {
                    throw new SocketTimeoutException(late);
                }
                waitMs = (int) Math.min(Integer.MAX_VALUE, leftNs / 1_000_000 + 1);
            }
            ready = Linux.poll(lane.poll, 1, waitMs);
        }
    }

    private synchronized void enter() throws IOException {
        if (closed) {
            throw new SocketException("the connection is closed");
        }
        inside++;
    }

    private synchronized void leave() throws IOException {
        inside--;
        if (closed && inside == 0) {
            release();
        }
    }

    /** Ends the connection; calls under way end soon. */
    @Override
    public synchronized void close() throws IOException {
        if (closed) {
            return;
        }
        closed = true;
        if (inside == 0) {
            release();
        } else {
            Linux.shutdown(fd);
        }
    }

    private void release() throws IOException {
        in.close();
        out.close();
        socket.close();
    }
}
