package io.nvmetap.local;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.util.List;
import java.util.concurrent.CountDownLatch;

/** Stands in for what the launcher starts: {@code serve} listens, {@code analyze} lives. */
public final class StandIn {
    private StandIn() {}

    /** As the launcher's arguments are. */
    public static void main(String[] args) throws IOException, InterruptedException {
        List<String> said = List.of(args);
        if (said.get(0).equals("serve")) {
            int port = Integer.parseInt(said.get(said.indexOf("--port") + 1));
            new ServerSocket(port, 1, InetAddress.getByName("127.0.0.1"));
        }
        new CountDownLatch(1).await();
    }
}
