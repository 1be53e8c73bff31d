package io.nvmetap.qtest;

import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;

/**
 * A qtest socket: one request, one answer, each within a bound of time and length. Used by one
 * thread. Failures are IOExceptions of one sentence.
 */
final class QtestChannel implements AutoCloseable {
    /** Longest line QEMU may send, bytes. */
    static final int LINE_BYTES_MAX = 1 << 20;

    /** Interrupts told between a request and its answer. */
    static final int UNASKED_MAX = 10_000;

    /** How long an answer may take unless told otherwise. */
    static final long ANSWER_NS_MAX = 10_000_000_000L;

    private static final int READ_BYTES = 64 << 10;

    private final SocketChannel socket;
    private final Selector selector;
    private final SelectionKey key;
    private final long answerNsMax;
    private ByteBuffer input = ByteBuffer.allocate(READ_BYTES).flip();

    /**
     * Connects.
     *
     * @param path of QEMU's {@code -qtest unix:PATH,server=on}
     * @param answerNsMax how long an answer may take
     * @throws IOException if nobody listens there
     */
    QtestChannel(Path path, long answerNsMax) throws IOException {
        this.answerNsMax = answerNsMax;
        if (!Files.exists(path)) {
            throw new IOException(path + ": no such socket" + advice(path));
        }
        socket = SocketChannel.open(StandardProtocolFamily.UNIX);
        try {
            socket.connect(UnixDomainSocketAddress.of(path));
            socket.configureBlocking(false);
            selector = Selector.open();
            key = socket.register(selector, 0);
        } catch (IOException | IllegalArgumentException e) {
            socket.close();
            throw new IOException(path + ": nobody serves qtest there" + advice(path), e);
        }
    }

    private static String advice(Path path) {
        return "; start QEMU with -S -qtest unix:" + path + ",server=on,wait=off";
    }

    /**
     * Asks.
     *
     * @param request one line, without its end
     * @return what follows OK in the answer
     * @throws IOException if QEMU refuses, is silent or gone, or no QEMU at all
     */
    String ask(String request) throws IOException {
        long deadline = System.nanoTime() + answerNsMax;
        send(request, deadline);
        for (int i = 0; i <= UNASKED_MAX; i++) {
            String line = line(request, deadline);
            if (!QtestReply.unasked(line)) {
                return QtestReply.rest(request, line);
            }
        }
        throw new IOException("more than " + UNASKED_MAX + " interrupts came and no answer");
    }

    private void send(String request, long deadline) throws IOException {
        ByteBuffer out = ByteBuffer.wrap((request + "\n").getBytes(StandardCharsets.US_ASCII));
        write(out);
        while (out.hasRemaining()) {
            await(SelectionKey.OP_WRITE, request, deadline);
            write(out);
        }
    }

    private void write(ByteBuffer out) throws IOException {
        try {
            socket.write(out);
        } catch (IOException e) {
            throw gone(e);
        }
    }

    /** The next line, without its end. */
    private String line(String request, long deadline) throws IOException {
        int searched = 0;
        while (true) {
            for (int i = searched; i < input.remaining(); i++) {
                if (input.get(input.position() + i) == '\n') {
                    return take(i);
                }
            }
            searched = input.remaining();
            if (searched > LINE_BYTES_MAX) {
                throw new IOException(
                        "a line of more than " + LINE_BYTES_MAX + " bytes is no answer of qtest");
            }
            fill(request, deadline);
        }
    }

    private String take(int length) {
        byte[] bytes = new byte[length];
        input.get(bytes);
        input.get();
        String line = new String(bytes, StandardCharsets.ISO_8859_1);
        return line.endsWith("\r") ? line.substring(0, length - 1) : line;
    }

    private void fill(String request, long deadline) throws IOException {
        if (input.capacity() - input.remaining() < READ_BYTES) {
            input = ByteBuffer.allocate(2 * input.capacity()).put(input);
        } else {
            input.compact();
        }
        try {
            while (read() == 0) {
                await(SelectionKey.OP_READ, request, deadline);
            }
        } finally {
            input.flip();
        }
    }

    private int read() throws IOException {
        int got;
        try {
            got = socket.read(input);
        } catch (IOException e) {
            throw gone(e);
        }
        if (got < 0) {
            throw gone(null);
        }
        return got;
    }

    private static IOException gone(IOException cause) {
        return new IOException("QEMU closed its qtest socket", cause);
    }

    private void await(int what, String request, long deadline) throws IOException {
        long leftMs = TimeUnit.NANOSECONDS.toMillis(deadline - System.nanoTime());
        if (leftMs <= 0) {
            throw new IOException(
                    "QEMU did not answer '"
                            + QtestReply.quoted(request)
                            + "' within "
                            + answerNsMax / 1e9
                            + " s");
        }
        key.interestOps(what);
        selector.select(leftMs);
        selector.selectedKeys().clear();
        if (Thread.currentThread().isInterrupted()) {
            throw new IOException("interrupted while waiting for QEMU");
        }
    }

    @Override
    public void close() {
        try (socket;
                selector) {
            key.cancel();
        } catch (IOException e) {
            // Nothing is left to be said to it.
        }
    }
}
