package io.nvmetap.proxy;

import static org.assertj.core.api.Assertions.assertThat;

import io.nvmetap.device.vfiouser.ChannelPort;
import io.nvmetap.device.vfiouser.Descriptor;
import io.nvmetap.device.vfiouser.Message;
import io.nvmetap.device.vfiouser.MessageChannel;
import io.nvmetap.device.vfiouser.VfioUser;
import io.nvmetap.nvme.LittleEndian;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;

/** A vfio-user client of single messages. */
final class RawClient implements AutoCloseable {
    static final int PATIENCE_MS = 10_000;

    final MessageChannel channel;
    private int ids = 100;

    RawClient(Path socket) throws IOException {
        channel = ChannelPort.connect(socket);
    }

    Message ask(int command, byte[] body, Descriptor... with) throws IOException {
        int id = ++ids & 0xFFFF;
        channel.send(new Message(id, command, 0, 0, body, List.of(with)));
        Message reply = channel.receive(PATIENCE_MS);
        assertThat(reply).isNotNull();
        assertThat(reply.id()).isEqualTo(id);
        return reply;
    }

    void post(int command, byte[] body) throws IOException {
        int id = ++ids & 0xFFFF;
        channel.send(new Message(id, command, VfioUser.FLAG_NO_REPLY, 0, body, List.of()));
    }

    Message version() throws IOException {
        byte[] json =
                "{\"capabilities\":{\"max_msg_fds\":8}}\0".getBytes(StandardCharsets.US_ASCII);
        byte[] body = new byte[4 + json.length];
        System.arraycopy(json, 0, body, 4, json.length);
        return ask(VfioUser.COMMAND_VERSION, body);
    }

    static byte[] access(int region, long offset, int count) {
        byte[] b = new byte[16];
        LittleEndian.put64(b, 0, offset);
        LittleEndian.put32(b, 8, region);
        LittleEndian.put32(b, 12, count);
        return b;
    }

    static byte[] store(int region, long offset, int width, long value) {
        byte[] b = java.util.Arrays.copyOf(access(region, offset, width), 16 + width);
        for (int i = 0; i < width; i++) {
            b[16 + i] = (byte) (value >>> 8 * i);
        }
        return b;
    }

    long read(int region, long offset, int width) throws IOException {
        Message reply = ask(VfioUser.COMMAND_REGION_READ, access(region, offset, width));
        assertThat(reply.isError()).isFalse();
        return Accesses.value(reply.body(), 16, width);
    }

    void write(int region, long offset, int width, long value) throws IOException {
        Message reply = ask(VfioUser.COMMAND_REGION_WRITE, store(region, offset, width, value));
        assertThat(reply.isError()).isFalse();
    }

    static byte[] map(long address, long bytes, int flags, long fileOffset) {
        byte[] b = new byte[32];
        LittleEndian.put32(b, 0, 32);
        LittleEndian.put32(b, 4, flags);
        LittleEndian.put64(b, 8, fileOffset);
        LittleEndian.put64(b, 16, address);
        LittleEndian.put64(b, 24, bytes);
        return b;
    }

    static byte[] unmap(long address, long bytes) {
        byte[] b = new byte[24];
        LittleEndian.put32(b, 0, 24);
        LittleEndian.put64(b, 8, address);
        LittleEndian.put64(b, 16, bytes);
        return b;
    }

    static byte[] irqs(int flags, int index, int start, int count) {
        byte[] b = new byte[20];
        LittleEndian.put32(b, 0, 20);
        LittleEndian.put32(b, 4, flags);
        LittleEndian.put32(b, 8, index);
        LittleEndian.put32(b, 12, start);
        LittleEndian.put32(b, 16, count);
        return b;
    }

    @Override
    public void close() throws IOException {
        channel.close();
    }
}
