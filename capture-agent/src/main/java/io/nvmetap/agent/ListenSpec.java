package io.nvmetap.agent;

import io.nvmetap.cli.CliFailure;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.nio.file.Path;
import java.util.Locale;

/**
 * Where taps are heard.
 *
 * @param kind how
 * @param path socket, device or memory; null for addresses
 * @param address address; null for paths
 */
record ListenSpec(Kind kind, Path path, InetSocketAddress address) {
    /** Ways for bytes to come. */
    enum Kind {
        UNIX,
        TCP,
        UDP,
        SERIAL,
        SHM
    }

    private static final String FORMS =
            "unix:PATH, tcp:HOST:PORT, udp:HOST:PORT, serial:FILE or shm:FILE";
    private static final int PORT_MAX = 65_535;

    /**
     * @param text as the user wrote it
     * @param remote addresses other machines reach are allowed
     * @throws CliFailure if it is none of the forms, or reachable from elsewhere without leave
     */
    static ListenSpec parse(String text, boolean remote) {
        int colon = text.indexOf(':');
        String rest = text.substring(colon + 1);
        if (colon < 1 || rest.isBlank()) {
            throw wrong(text);
        }
        Kind kind;
        try {
            kind = Kind.valueOf(text.substring(0, colon).toUpperCase(Locale.ROOT));
        } catch (IllegalArgumentException unknown) {
            throw wrong(text);
        }
        return kind == Kind.TCP || kind == Kind.UDP
                ? new ListenSpec(kind, null, address(text, rest, remote))
                : new ListenSpec(kind, Path.of(rest), null);
    }

    private static InetSocketAddress address(String text, String rest, boolean remote) {
        int colon = rest.lastIndexOf(':');
        String host = colon < 1 ? "" : rest.substring(0, colon).replaceAll("[\\[\\]]", "");
        int port = -1;
        try {
            port = Integer.parseInt(rest.substring(colon + 1));
        } catch (NumberFormatException notOne) {
            throw wrong(text);
        }
        if (host.isEmpty() || port < 0 || port > PORT_MAX) {
            throw wrong(text);
        }
        try {
            InetAddress at = InetAddress.getByName(host);
            if (!remote && !at.isLoopbackAddress()) {
                throw CliFailure.usage(
                        host
                                + " can be reached from other machines, and a tap is not asked who"
                                + " it is; name 127.0.0.1, or add --allow-remote");
            }
            return new InetSocketAddress(at, port);
        } catch (UnknownHostException e) {
            throw CliFailure.environment(host + ": no such machine; name an address");
        }
    }

    private static CliFailure wrong(String text) {
        return CliFailure.usage("--listen " + text + ": name " + FORMS);
    }
}
