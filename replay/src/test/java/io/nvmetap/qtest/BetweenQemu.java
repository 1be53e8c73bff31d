package io.nvmetap.qtest;

import java.io.IOException;
import java.nio.file.Path;
import java.util.function.Predicate;

/** Passes qtest lines on to QEMU, except those that a test keeps back. */
public final class BetweenQemu implements AutoCloseable {
    private static final long ANSWER_NS_MAX = 10_000_000_000L;

    private final QtestChannel qemu;
    private final FakeQemu front;

    /**
     * @param socket where to listen
     * @param passes told each line; false: QEMU does not get it and OK is answered
     */
    public BetweenQemu(Path socket, StoppedQemu behind, Predicate<String> passes)
            throws IOException {
        qemu = new QtestChannel(behind.socket(), ANSWER_NS_MAX);
        front = new FakeQemu(socket, line -> passes.test(line) ? forward(line) : "OK\n");
    }

    private String forward(String line) {
        try {
            String last = qemu.ask(line);
            return last.isEmpty() ? "OK\n" : "OK " + last + "\n";
        } catch (IOException e) {
            return FakeQemu.GONE;
        }
    }

    @Override
    public void close() throws IOException {
        front.close();
        qemu.close();
    }
}
