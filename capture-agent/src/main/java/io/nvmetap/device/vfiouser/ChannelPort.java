package io.nvmetap.device.vfiouser;

import java.io.File;
import java.io.IOException;
import java.nio.file.Path;
import java.util.concurrent.locks.ReentrantLock;
import org.newsclub.net.unix.AFUNIXServerSocket;
import org.newsclub.net.unix.AFUNIXSocket;
import org.newsclub.net.unix.AFUNIXSocketAddress;

/**
 * Where vfio-user connections come from and go to, for whoever passes messages on without being
 * either end: its channels take larger messages and more descriptors than we would use ourselves.
 */
public final class ChannelPort implements AutoCloseable {
    /** Largest message passed on: the largest transfer a client can ask for (64 MiB), and room. */
    public static final int MESSAGE_BYTES_MAX = (64 << 20) + 4096;

    /** Descriptors passed on with one message: what Linux lets through (SCM_MAX_FD). */
    public static final int DESCRIPTORS_MAX = 253;

    private final Path path;
    private final AFUNIXServerSocket listening;
    private final ReentrantLock accepting = new ReentrantLock();
    private volatile boolean closing;

    private ChannelPort(Path path, AFUNIXServerSocket listening) {
        this.path = path;
        this.listening = listening;
    }

    /**
     * Binds the socket, readable by the owner alone.
     *
     * @throws IOException if it cannot be made; the message says what to do
     */
    public static ChannelPort listen(Path path) throws IOException {
        Path absolute = path.toAbsolutePath();
        return new ChannelPort(absolute, DeviceServer.bind(absolute));
    }

    /**
     * Connects to a server.
     *
     * @throws IOException if nobody serves there; the message says so
     */
    public static MessageChannel connect(Path path) throws IOException {
        try {
            File file = new File(path.toAbsolutePath().toString());
            return channel(AFUNIXSocket.connectTo(AFUNIXSocketAddress.of(file)));
        } catch (IOException e) {
            throw new IOException(
                    "nobody serves vfio-user on "
                            + path
                            + " ("
                            + e.getMessage()
                            + "); start the server first");
        }
    }

    /** Waits for the next client; throws when closed meanwhile. One thread calls this. */
    public MessageChannel accept() throws IOException {
        accepting.lock();
        try {
            AFUNIXSocket socket = closing ? null : listening.accept();
            if (closing) {
                if (socket != null) {
                    socket.close();
                }
                throw new IOException(path + " is closed");
            }
            return channel(socket);
        } finally {
            accepting.unlock();
        }
    }

    private static MessageChannel channel(AFUNIXSocket socket) throws IOException {
        try {
            return new MessageChannel(socket, MESSAGE_BYTES_MAX, DESCRIPTORS_MAX);
        } catch (IOException e) {
            socket.close();
            throw e;
        }
    }

    /** Where it listens. */
    public Path path() {
        return path;
    }

    /**
     * Stops listening and removes the socket.
     *
     * <p>Design note: junixsocket 2.11 leaves a descriptor open when a socket is closed under a
     * thread that accepts, so that thread is called out first.
     */
    @Override
    public void close() throws IOException {
        closing = true;
        if (!accepting.tryLock()) {
            try {
                connect(path).close();
            } catch (IOException noNeed) {
                // It has gone already.
            }
            accepting.lock();
        }
        try {
            listening.close();
        } finally {
            accepting.unlock();
        }
    }
}
