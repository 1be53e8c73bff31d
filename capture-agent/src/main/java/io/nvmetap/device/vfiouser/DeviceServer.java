package io.nvmetap.device.vfiouser;

import com.sun.jna.Memory;
import io.nvmetap.device.Controller;
import io.nvmetap.device.LiveTimeline;
import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.newsclub.net.unix.AFUNIXServerSocket;
import org.newsclub.net.unix.AFUNIXSocket;
import org.newsclub.net.unix.AFUNIXSocketAddress;
import org.newsclub.net.unix.FileDescriptorCast;

/**
 * Serves a {@link Controller} as a vfio-user PCI device on a UNIX socket, to one client at a time;
 * a second one may connect and waits for its answers until the first leaves. When a client leaves,
 * the function is reset and its memory let go of, then the next may come.
 *
 * <p>Threads: one of its own, which takes the client's messages and serves each inside the
 * timeline.
 */
public final class DeviceServer implements AutoCloseable {
    /** Longest path of a UNIX socket. */
    public static final int PATH_BYTES_MAX = 107;

    private static final int BACKLOG = 4;
    private static final long CLOSE_PATIENCE_MS = 10_000;
    private static final int ACCEPT_FAILURES_MAX = 600;
    private static final int ACCEPT_PAUSE_MS = 100;

    private final PciIdentity identity;
    private final Controller controller;
    private final LiveTimeline timeline;
    private final Consumer<String> log;
    private final Path path;
    private final AFUNIXServerSocket listening;
    private final IrqTable irqs;
    private final DmaMap memory;
    private final ServerSession session;
    private final Thread thread;
    private final CountDownLatch firstClientLeft = new CountDownLatch(1);
    private volatile Connection current;
    private volatile DmaMap.Remote remote = DmaMap.Remote.NONE;
    private final Descriptor wake;
    private volatile boolean closed;
    private volatile boolean deserted;
    private boolean ended;

    /**
     * Connects the controller, binds the socket (readable by the owner alone) and starts to serve.
     *
     * @param timeline the controller's
     * @param log told, one line each, what went wrong with a client
     * @throws IOException if the socket cannot be made; the message says what to do
     */
    public DeviceServer(
            Path path,
            PciIdentity identity,
            Controller controller,
            LiveTimeline timeline,
            Consumer<String> log)
            throws IOException {
        this.path = path.toAbsolutePath();
        this.identity = identity;
        this.controller = controller;
        this.timeline = timeline;
        this.log = log;
        irqs = new IrqTable(ConfigSpace.msiVectors(identity), identity.vectors());
        memory =
                new DmaMap(
                        new DmaMap.Remote() {
                            @Override
                            public void read(long address, byte[] target, int at, int count) {
                                remote.read(address, target, at, count);
                            }

                            @Override
                            public void write(long address, byte[] source, int from, int count) {
                                remote.write(address, source, from, count);
                            }
                        });
        session = new ServerSession(identity, controller, memory, irqs);
        timeline.enter(() -> controller.connect(memory, irqs));
        listening = bind(this.path);
        try {
            wake = Descriptor.ofNumber(Linux.eventfd());
        } catch (IOException e) {
            listening.close();
            throw e;
        }
        thread = new Thread(this::run, "nvmetap-vfio-user-server");
        thread.setDaemon(true);
        thread.start();
    }

    static AFUNIXServerSocket bind(Path path) throws IOException {
        if (path.toString().getBytes(StandardCharsets.UTF_8).length > PATH_BYTES_MAX) {
            throw new IOException(
                    path + " is too long for a UNIX socket (107 bytes); use a shorter path");
        }
        if (Files.exists(path)) {
            throw new IOException(path + " exists; remove it or name another socket");
        }
        AFUNIXServerSocket socket = AFUNIXServerSocket.newInstance();
        try {
            socket.setDeleteOnClose(true);
            socket.bind(AFUNIXSocketAddress.of(new File(path.toString())), BACKLOG);
            Files.setPosixFilePermissions(path, PosixFilePermissions.fromString("rw-------"));
            return socket;
        } catch (IOException e) {
            socket.close();
            throw new IOException("cannot listen on " + path + ": " + e.getMessage());
        }
    }

    /** Where it listens. */
    public Path path() {
        return path;
    }

    /** The client's memory: what the controller reaches by DMA. */
    public DmaMap memory() {
        return memory;
    }

    /**
     * Waits until a client was there and left.
     *
     * @return false if none did in that time
     */
    public boolean awaitClientGone(long timeoutMs) throws InterruptedException {
        return firstClientLeft.await(timeoutMs, TimeUnit.MILLISECONDS);
    }

    /** The last client that spoke vfio-user left, and no other came. */
    public boolean deserted() {
        return deserted;
    }

    private void run() {
        try {
            int failures = 0;
            while (clientComes(true)) {
                try {
                    serve(listening.accept());
                    failures = 0;
                } catch (IOException e) {
                    // Out of descriptors, say: the client that made it so may leave.
                    if (failures++ == 0) {
                        log.accept("vfio-user: cannot accept a client: " + e.getMessage());
                    }
                    if (failures == ACCEPT_FAILURES_MAX) {
                        return;
                    }
                    clientComes(false);
                }
            }
        } catch (IOException e) {
            log.accept("vfio-user: cannot wait for clients: " + e.getMessage());
        } finally {
            endListening();
        }
    }

    /**
     * Waits until a client can be accepted; not in accept(), which loses a descriptor when it is
     * closed while somebody is in there.
     *
     * @param listen false to wait a moment for the end alone
     * @return false at the end of this server, or of the moment
     */
    private boolean clientComes(boolean listen) throws IOException {
        int listeningFd = FileDescriptorCast.using(listening.getFileDescriptor()).as(Integer.class);
        try (Memory fds = new Memory(2L * Linux.POLLFD_BYTES)) {
            fds.clear();
            fds.setInt(0, wake.number());
            fds.setShort(4, Linux.POLLIN);
            fds.setInt(Linux.POLLFD_BYTES, listeningFd);
            fds.setShort(Linux.POLLFD_BYTES + 4, Linux.POLLIN);
            int ready = 0;
            while (!closed && ready == 0) {
                ready = Linux.poll(fds, listen ? 2 : 1, listen ? -1 : ACCEPT_PAUSE_MS);
                if (!listen) {
                    return false;
                }
            }
            return !closed;
        }
    }

    private synchronized void endListening() {
        try {
            listening.close();
        } catch (IOException ignored) {
            // It no longer listens either way.
        }
        wake.close();
        ended = true;
    }

    private void serve(AFUNIXSocket socket) {
        try (Connection connection = new Connection(new MessageChannel(socket))) {
            current = connection;
            remote = new DmaMessages(connection, VfioUser.DATA_BYTES_MAX);
            // Whoever closes this server sets closed and then looks for the current client.
            Message command = closed ? null : connection.nextCommand();
            while (command != null && !closed) {
                answer(connection, command);
                command = connection.nextCommand();
            }
        } catch (RuntimeException | InternalError failure) {
            // InternalError may come late, out of code that was already compiled.
            log.accept("vfio-user: serving the client failed: " + failure);
        } catch (IOException e) {
            if (!closed) {
                log.accept("vfio-user: the client is gone: " + e.getMessage());
            }
        } finally {
            remote = DmaMap.Remote.NONE;
            current = null;
            endSession();
        }
    }

    private void answer(Connection connection, Message command) throws IOException {
        Message[] reply = new Message[1];
        try {
            timeline.enter(() -> reply[0] = session.handle(command));
        } catch (RuntimeException | InternalError failure) {
            // InternalError: a mapped page of the client's memory file is gone.
            log.accept("vfio-user: command " + command.command() + " failed: " + failure);
            reply[0] = command.failure(VfioUser.EIO);
        }
        if (command.command() == VfioUser.COMMAND_VERSION && session.negotiated()) {
            deserted = false;
            remote = new DmaMessages(connection, session.client().maxDataXferSize());
        }
        if (command.wantsReply()) {
            connection.send(reply[0]);
        }
    }

    private void endSession() {
        deserted |= session.negotiated();
        try {
            timeline.enter(session::end);
        } catch (RuntimeException | InternalError failure) {
            log.accept("vfio-user: letting go of the client failed: " + failure);
        }
        firstClientLeft.countDown();
    }

    /** Stops listening, drops the client. The timeline stays the caller's. */
    @Override
    public void close() {
        synchronized (this) {
            closed = true;
            if (!ended) {
                try (Memory one = new Memory(Long.BYTES)) {
                    one.setLong(0, 1);
                    Linux.write(wake.number(), one, Long.BYTES);
                }
            }
        }
        Connection now = current;
        if (now != null) {
            now.close();
        }
        try {
            thread.join(CLOSE_PATIENCE_MS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
