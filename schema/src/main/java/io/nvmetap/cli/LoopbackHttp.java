package io.nvmetap.cli;

import com.sun.net.httpserver.Headers;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.BindException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;

/** What the HTTP servers of all commands share: the loopback interface, and who may ask there. */
public final class LoopbackHttp {
    /** Port of the dashboard unless another is named. */
    public static final int DASHBOARD_PORT = 7373;

    /** Connections that wait to be accepted. */
    private static final int BACKLOG = 64;

    private static final int PORT_MAX = 65_535;
    private static final Set<String> HOSTS = Set.of("localhost", "127.0.0.1", "[::1]");

    static {
        // The JDK's server reads these once. Nobody holds a thread with half a request, or with a
        // body that does not come.
        System.setProperty("sun.net.httpserver.maxReqTime", "10");
        System.setProperty("sun.net.httpserver.maxReqHeaders", "64");
        System.setProperty("sun.net.httpserver.drainAmount", "0");
        System.setProperty("jdk.httpserver.maxConnections", "256");
    }

    private LoopbackHttp() {}

    /**
     * @param port 0 for any that is free
     * @param option that names the port, for people
     * @return a server that does not answer yet
     * @throws CliFailure if the port is none, or taken
     */
    public static HttpServer bind(int port, String option) throws IOException {
        try {
            return HttpServer.create(
                    new InetSocketAddress(loopback(), check(port, option)), BACKLOG);
        } catch (BindException taken) {
            throw taken(port, option);
        }
    }

    /**
     * Looks whether a server that others start later will have its port.
     *
     * @param port 0 for any that is free
     * @param option that names the port, for people
     * @return the port
     * @throws CliFailure if the port is none, or taken
     */
    public static int free(int port, String option) throws IOException {
        // Not an HttpServer: one that was never started keeps its port when it is stopped.
        try (ServerSocket probe = new ServerSocket(check(port, option), 1, loopback())) {
            return probe.getLocalPort();
        } catch (BindException taken) {
            throw taken(port, option);
        }
    }

    private static InetAddress loopback() throws IOException {
        return InetAddress.getByName("127.0.0.1");
    }

    private static int check(int port, String option) {
        if (port < 0 || port > PORT_MAX) {
            throw CliFailure.usage(option + " is 0 to " + PORT_MAX);
        }
        return port;
    }

    private static CliFailure taken(int port, String option) {
        return CliFailure.environment(
                "port " + port + " is taken; name another with " + option + ", or 0 for any");
    }

    /**
     * DNS rebinding: a name of somebody else's that resolves to this machine is refused, so that a
     * page from elsewhere, open in a browser here, cannot read the answers.
     *
     * @param port the request came to
     * @return why the request is refused, if it is
     */
    public static Optional<String> stranger(Headers headers, int port) {
        List<String> given = headers.get("Host");
        if (given == null || given.size() != 1) {
            return Optional.of("name this server as localhost or 127.0.0.1");
        }
        String host = given.get(0).toLowerCase(Locale.ROOT);
        String suffix = ":" + port;
        String name =
                host.endsWith(suffix) ? host.substring(0, host.length() - suffix.length()) : host;
        return HOSTS.contains(name) && (host.endsWith(suffix) || port == 80)
                ? Optional.empty()
                : Optional.of("name this server as localhost" + suffix);
    }
}
