package io.nvmetap.device.vfiouser;

import com.sun.jna.LastErrorException;
import com.sun.jna.Memory;
import com.sun.jna.Native;
import com.sun.jna.NativeLong;
import com.sun.jna.Pointer;
import java.io.IOException;

/**
 * The few Linux system calls that neither the JDK nor junixsocket offer (docs/adr/0004). Numbers
 * are those of Linux's generic and x86 headers.
 */
final class Linux {
    static final short POLLIN = 1;
    static final short POLLOUT = 4;

    /** Bytes of a {@code struct msghdr}, on machines with 64 bits. */
    static final int MSGHDR_BYTES = 56;

    /** What {@link #receive} and {@link #send} answer when they would have to wait. */
    static final long AGAIN = -11;

    /** Bytes of a {@code struct pollfd}. */
    static final int POLLFD_BYTES = 8;

    private static final int EFD_CLOEXEC = 0x80000;
    private static final int EFD_NONBLOCK = 0x800;
    private static final int MFD_CLOEXEC = 1;
    private static final int EINTR = 4;
    private static final int MSG_DONTWAIT = 0x40;
    private static final int MSG_NOSIGNAL = 0x4000;
    private static final int MSG_CMSG_CLOEXEC = 0x4000_0000;
    private static final int SHUT_RDWR = 2;

    private Linux() {}

    /** The C library, mapped on first use. */
    private static final class C {
        static {
            Native.register(C.class, "c");
        }

        private C() {}

        static native int eventfd(int initial, int flags) throws LastErrorException;

        static native int memfd_create(String name, int flags) throws LastErrorException;

        static native int ftruncate(int fd, NativeLong bytes) throws LastErrorException;

        static native int poll(Pointer fds, NativeLong count, int timeoutMs)
                throws LastErrorException;

        static native NativeLong write(int fd, Pointer from, NativeLong count)
                throws LastErrorException;

        static native NativeLong read(int fd, Pointer into, NativeLong count)
                throws LastErrorException;

        static native NativeLong recvmsg(int fd, Pointer message, int flags)
                throws LastErrorException;

        static native NativeLong sendmsg(int fd, Pointer message, int flags)
                throws LastErrorException;

        static native int shutdown(int fd, int how) throws LastErrorException;

        static native int close(int fd) throws LastErrorException;
    }

    /** A new event counter that never blocks. */
    static int eventfd() throws IOException {
        try {
            return C.eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
        } catch (LastErrorException e) {
            throw failed("eventfd", e);
        }
    }

    /** A new file in memory, of so many bytes, all zero. */
    static int memfd(String name, long bytes) throws IOException {
        int fd = -1;
        try {
            fd = C.memfd_create(name, MFD_CLOEXEC);
            C.ftruncate(fd, new NativeLong(bytes));
            return fd;
        } catch (LastErrorException e) {
            if (fd >= 0) {
                close(fd);
            }
            throw failed("memfd_create", e);
        }
    }

    /**
     * Waits for events.
     *
     * @param fds array of {@code struct pollfd}
     * @return how many have one
     */
    static int poll(Memory fds, int count, int timeoutMs) throws IOException {
        try {
            return C.poll(fds, new NativeLong(count), timeoutMs);
        } catch (LastErrorException e) {
            if (e.getErrorCode() == EINTR) {
                return 0;
            }
            throw failed("poll", e);
        }
    }

    /**
     * Writes.
     *
     * @return bytes written, -1 if not now or never
     */
    static long write(int fd, Pointer from, int count) {
        try {
            return C.write(fd, from, new NativeLong(count)).longValue();
        } catch (LastErrorException refused) {
            return -1;
        }
    }

    /**
     * Reads.
     *
     * @return bytes read, -1 if there is nothing
     */
    static long read(int fd, Pointer into, int count) {
        try {
            return C.read(fd, into, new NativeLong(count)).longValue();
        } catch (LastErrorException nothing) {
            return -1;
        }
    }

    /**
     * Receives without waiting.
     *
     * @param message {@code struct msghdr}
     * @return bytes, 0 at the end, {@link #AGAIN} if there is nothing yet
     */
    static long receive(int fd, Pointer message) throws IOException {
        try {
            return C.recvmsg(fd, message, MSG_DONTWAIT | MSG_CMSG_CLOEXEC).longValue();
        } catch (LastErrorException e) {
            return again("recvmsg", e);
        }
    }

    /** Sends without waiting; see {@link #receive}. */
    static long send(int fd, Pointer message) throws IOException {
        try {
            return C.sendmsg(fd, message, MSG_DONTWAIT | MSG_NOSIGNAL).longValue();
        } catch (LastErrorException e) {
            return again("sendmsg", e);
        }
    }

    private static long again(String call, LastErrorException e) throws IOException {
        boolean later = e.getErrorCode() == -AGAIN || e.getErrorCode() == EINTR;
        if (!later) {
            throw failed(call, e);
        }
        return AGAIN;
    }

    /** Ends a connection in both directions; who waits on it is woken. */
    static void shutdown(int fd) {
        try {
            C.shutdown(fd, SHUT_RDWR);
        } catch (LastErrorException ignored) {
            // The peer was faster.
        }
    }

    static void close(int fd) {
        try {
            C.close(fd);
        } catch (LastErrorException ignored) {
            // The number is free all the same (close(2)).
        }
    }

    private static IOException failed(String call, LastErrorException e) {
        return new IOException(call + " failed with error " + e.getErrorCode());
    }
}
