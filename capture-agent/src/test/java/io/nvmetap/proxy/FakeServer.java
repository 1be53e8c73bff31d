package io.nvmetap.proxy;

import static org.assertj.core.api.Assertions.assertThat;

import io.nvmetap.device.vfiouser.ChannelPort;
import io.nvmetap.device.vfiouser.Descriptor;
import io.nvmetap.device.vfiouser.Message;
import io.nvmetap.device.vfiouser.MessageChannel;
import io.nvmetap.device.vfiouser.VfioUser;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;

/** A vfio-user server of single messages, of another make. */
final class FakeServer implements AutoCloseable {
    private final ChannelPort port;
    private MessageChannel channel;

    FakeServer(Path socket) throws IOException {
        port = ChannelPort.listen(socket);
    }

    /** Takes the client that connected; the one before is let go. */
    FakeServer accept() throws IOException {
        if (channel != null) {
            channel.close();
        }
        channel = port.accept();
        return this;
    }

    /** The next message; its descriptors are the caller's. */
    Message next() throws IOException {
        return channel.receive(RawClient.PATIENCE_MS);
    }

    void reply(Message to, byte[] body, Descriptor... with) throws IOException {
        channel.send(
                new Message(to.id(), to.command(), VfioUser.FLAG_REPLY, 0, body, List.of(with)));
    }

    void fail(Message to, int errno, byte[] body) throws IOException {
        int flags = VfioUser.FLAG_REPLY | VfioUser.FLAG_ERROR;
        channel.send(new Message(to.id(), to.command(), flags, errno, body, List.of()));
    }

    void send(Message message) throws IOException {
        channel.send(message);
    }

    /** Drops the client. */
    void hangUp() throws IOException {
        assertThat(channel).isNotNull();
        channel.close();
    }

    @Override
    public void close() throws IOException {
        if (channel != null) {
            channel.close();
        }
        port.close();
    }
}
