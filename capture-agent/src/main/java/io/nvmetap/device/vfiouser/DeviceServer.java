package io.nvmetap.device.vfiouser;

import io.nvmetap.device.Controller;
import io.nvmetap.device.LiveTimeline;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.newsclub.net.unix.AFUNIXServerSocket;
import org.newsclub.net.unix.AFUNIXSocket;
import org.newsclub.net.unix.AFUNIXSocketAddress;

/**
 * Serves a {@link Controller} as a vfio-user PCI device on a UNIX socket, to one client at a time;
 * a second one is turned away until the first leaves. When a client leaves, the function is reset
 * and its memory let go of, then the next may come.
 *
 * <p>Threads: one of its own, which takes the client's messages and serves each inside the
 * timeline.
 */
public final class DeviceServer implements AutoCloseable {
    /** Longest path of a UNIX socket. */
    public static final int PATH_BYTES_MAX = 107;

    private static final int BACKLOG = 4;
    private static final long CLOSE_PATIENCE_MS = 10_000;

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
    private volatile boolean closed;

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
        thread = new Thread(this::run, "nvmetap-vfio-user-server");
        thread.setDaemon(true);
        thread.start();
    }

    static AFUNIXServerSocket bind(Path path) throws IOException {
        if (path.toString().length() > PATH_BYTES_MAX) {
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

    private void run() {
        while (!closed) {
            try {
                AFUNIXSocket socket = listening.accept();
                serve(socket);
            } catch (IOException e) {
                if (!closed) {
                    log.accept("vfio-user: cannot accept a client: " + e.getMessage());
                }
                return;
            }
        }
    }

    private void serve(AFUNIXSocket socket) {
        try (Connection connection = new Connection(new MessageChannel(socket))) {
            current = connection;
            remote = new DmaMessages(connection, VfioUser.DATA_BYTES_MAX);
            Message command = connection.nextCommand();
            while (command != null && !closed) {
                answer(connection, command);
                command = connection.nextCommand();
            }
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
            remote = new DmaMessages(connection, session.client().maxDataXferSize());
        }
        if (command.wantsReply()) {
            connection.send(reply[0]);
        }
    }

    private void endSession() {
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
        closed = true;
        try {
            listening.close();
        } catch (IOException ignored) {
            // It no longer listens either way.
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
