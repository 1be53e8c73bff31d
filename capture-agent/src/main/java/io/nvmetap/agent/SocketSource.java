package io.nvmetap.agent;

import io.nvmetap.wire.Deframer;
import io.nvmetap.wire.TapTranslator;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;

/** The bytes of a tap that connected. */
final class SocketSource implements TapSource {
    private static final int BUFFER_BYTES = 256 << 10;

    private final SocketChannel channel;
    private final Selector selector;
    private final ByteBuffer buffer = ByteBuffer.allocate(BUFFER_BYTES);

    /** Takes the connected channel over. */
    SocketSource(SocketChannel channel) throws IOException {
        this.channel = channel;
        channel.configureBlocking(false);
        selector = Selector.open();
        channel.register(selector, SelectionKey.OP_READ);
    }

    @Override
    public Outcome pass(Deframer deframer, TapTranslator translator, int timeoutMs)
            throws IOException {
        selector.select(timeoutMs);
        selector.selectedKeys().clear();
        if (!channel.isOpen()) {
            return Outcome.OVER;
        }
        int count = channel.read(buffer.clear());
        if (count > 0) {
            deframer.accept(buffer.array(), 0, count);
        }
        return count > 0 ? Outcome.SOME : count == 0 ? Outcome.NOTHING : Outcome.OVER;
    }

    @Override
    public int beatAfterMs() {
        return TapReceiver.BEAT_AFTER_MS;
    }

    @Override
    public String endReason() {
        return "the tap's connection ended without its last word";
    }

    @Override
    public void close() throws IOException {
        selector.close();
        channel.close();
    }
}
