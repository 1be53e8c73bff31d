package io.nvmetap.agent;

import io.nvmetap.cli.CliFailure;
import java.io.Closeable;
import java.io.IOException;
import java.net.ConnectException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Optional;

/** A socket on which taps connect. */
final class SocketListener implements Closeable {
    private final ServerSocketChannel server;
    private final Path path;
    private final PeerCheck check;

    private SocketListener(ServerSocketChannel server, Path path, PeerCheck check) {
        this.server = server;
        this.path = path;
        this.check = check;
    }

    /**
     * @param uids users besides this process's own whose processes may connect, UNIX sockets only
     * @throws CliFailure if the address or path is taken or not possible
     */
    static SocketListener open(ListenSpec spec, List<Integer> uids) throws IOException {
        return spec.kind() == ListenSpec.Kind.UNIX ? unix(spec.path(), uids) : tcp(spec);
    }

    private static SocketListener tcp(ListenSpec spec) throws IOException {
        ServerSocketChannel server = ServerSocketChannel.open();
        try {
            server.bind(spec.address());
            return new SocketListener(server, null, null);
        } catch (IOException e) {
            server.close();
            throw CliFailure.environment(
                    "cannot listen on "
                            + spec.address()
                            + " ("
                            + e.getMessage()
                            + "); name another port");
        }
    }

    private static SocketListener unix(Path path, List<Integer> uids) throws IOException {
        removeLeftOver(path);
        ServerSocketChannel server = ServerSocketChannel.open(StandardProtocolFamily.UNIX);
        try {
            server.bind(UnixDomainSocketAddress.of(path));
            // Who connects before this took effect is still asked who it is.
            Files.setPosixFilePermissions(path, PosixFilePermissions.fromString("rw-------"));
            if (!uids.isEmpty()) {
                // Others can connect only where the file lets them; the check stands alone then.
                Files.setPosixFilePermissions(path, PosixFilePermissions.fromString("rw-rw-rw-"));
            }
            return new SocketListener(server, path, PeerCheck.of(path, uids));
        } catch (IOException | RuntimeException e) {
            server.close();
            throw CliFailure.environment(
                    "cannot listen on "
                            + path
                            + " ("
                            + e.getMessage()
                            + "); name another path, of at most about 100 bytes");
        }
    }

    /** A socket nobody listens on is what a killed agent left. */
    private static void removeLeftOver(Path path) throws IOException {
        if (!Files.exists(path, LinkOption.NOFOLLOW_LINKS)) {
            return;
        }
        boolean other =
                Files.readAttributes(path, BasicFileAttributes.class, LinkOption.NOFOLLOW_LINKS)
                        .isOther();
        if (other) {
            try (SocketChannel probe = SocketChannel.open(UnixDomainSocketAddress.of(path))) {
                throw CliFailure.environment(path + ": somebody listens on it; name another path");
            } catch (ConnectException nobody) {
                Files.delete(path);
                return;
            }
        }
        throw CliFailure.environment(path + ": is there and no socket; name another path");
    }

    /**
     * @return port or path taps connect to, for people
     */
    String address() throws IOException {
        return path != null ? "unix:" + path : "tcp:" + text(server.getLocalAddress().toString());
    }

    private static String text(String address) {
        return address.substring(address.indexOf('/') + 1);
    }

    /**
     * Waits for the next peer.
     *
     * @return the channel
     * @throws java.nio.channels.ClosedChannelException after {@link #close}
     */
    SocketChannel accept() throws IOException {
        return server.accept();
    }

    /**
     * @return empty if the peer may stay, else whose process it is
     */
    Optional<String> refuse(SocketChannel peer) throws IOException {
        return check == null ? Optional.empty() : check.refuse(peer);
    }

    @Override
    public void close() throws IOException {
        server.close();
        if (path != null) {
            Files.deleteIfExists(path);
        }
    }
}
