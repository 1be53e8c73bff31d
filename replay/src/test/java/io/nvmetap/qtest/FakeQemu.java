package io.nvmetap.qtest;

import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Scanner;
import java.util.function.Function;

/** Somebody who listens where QEMU should, and answers one client as a test wants. */
final class FakeQemu implements AutoCloseable {
    /** Ends the connection instead of an answer. */
    static final String GONE = "GONE";

    private final ServerSocketChannel server;
    private final Thread thread;

    /**
     * @param answer what is sent for a line, "" nothing, {@link #GONE} the end
     */
    FakeQemu(Path socket, Function<String, String> answer) throws IOException {
        server = ServerSocketChannel.open(StandardProtocolFamily.UNIX);
        server.bind(UnixDomainSocketAddress.of(socket));
        thread = new Thread(() -> serve(answer), "fake-qemu");
        thread.start();
    }

    private void serve(Function<String, String> answer) {
        try (SocketChannel client = server.accept();
                Scanner lines = new Scanner(Channels.newInputStream(client))) {
            while (lines.hasNextLine()) {
                String reply = answer.apply(lines.nextLine());
                if (reply.equals(GONE)) {
                    return;
                }
                client.write(ByteBuffer.wrap(reply.getBytes(StandardCharsets.US_ASCII)));
            }
        } catch (IOException e) {
            // The client is gone, or nobody came.
        }
    }

    @Override
    public void close() throws IOException {
        server.close();
        try {
            thread.join(10_000);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
