package io.nvmetap.process;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;

/** Ports of this machine's own interface that processes in the background listen on. */
public final class LoopbackPort {
    /** The interface. */
    public static final String HOST = "127.0.0.1";

    private static final int CONNECT_MS = 500;

    private LoopbackPort() {}

    /**
     * Takes a port.
     *
     * @param port 0 for any
     * @throws IOException if another has it
     */
    public static ServerSocket bind(int port) throws IOException {
        ServerSocket s = new ServerSocket();
        try {
            s.bind(new InetSocketAddress(InetAddress.getByName(HOST), port));
        } catch (IOException e) {
            s.close();
            throw e;
        }
        return s;
    }

    /** Whether it is a port and nobody has it at present. */
    public static boolean free(int port) {
        if (port < 0) {
            return false;
        }
        try (ServerSocket s = bind(port)) {
            return s.isBound();
        } catch (IOException taken) {
            return false;
        }
    }

    /** The wanted port if nobody has it, else one that nobody has. */
    public static int freeOr(int wanted) throws IOException {
        try (ServerSocket s = bind(wanted > 0 && free(wanted) ? wanted : 0)) {
            return s.getLocalPort();
        }
    }

    /** Whether somebody answers there. */
    public static boolean accepts(int port) {
        try (Socket s = new Socket()) {
            s.connect(new InetSocketAddress(HOST, port), CONNECT_MS);
            return true;
        } catch (IOException notYet) {
            return false;
        }
    }
}
