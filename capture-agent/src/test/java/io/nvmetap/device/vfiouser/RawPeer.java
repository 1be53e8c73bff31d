package io.nvmetap.device.vfiouser;

import io.nvmetap.nvme.LittleEndian;
import java.io.FileDescriptor;
import java.io.IOException;
import java.io.InputStream;
import java.net.SocketTimeoutException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.newsclub.net.unix.AFUNIXSocket;
import org.newsclub.net.unix.AFUNIXSocketAddress;

/**
 * A vfio-user client that puts any bytes on the socket, and reads messages without judging them.
 */
final class RawPeer implements AutoCloseable {
    private static final int PATIENCE_MS = 20_000;

    private final AFUNIXSocket socket;
    private final InputStream in;
    private int ids;

    RawPeer(Path path) throws IOException {
        socket = AFUNIXSocket.connectTo(AFUNIXSocketAddress.of(path));
        socket.setSoTimeout(PATIENCE_MS);
        in = socket.getInputStream();
    }

    /** With versions exchanged. */
    static RawPeer negotiated(Path path) throws IOException {
        RawPeer peer = new RawPeer(path);
        peer.ask(VfioUser.COMMAND_VERSION, Bodies.version());
        return peer;
    }

    static byte[] message(int id, int command, int flags, int error, byte[] body) {
        byte[] b = new byte[16 + body.length];
        LittleEndian.put16(b, 0, id);
        LittleEndian.put16(b, 2, command);
        LittleEndian.put32(b, 4, b.length);
        LittleEndian.put32(b, 8, flags);
        LittleEndian.put32(b, 12, error);
        System.arraycopy(body, 0, b, 16, body.length);
        return b;
    }

    /** One write of exactly these bytes, descriptors on the first. */
    void raw(byte[] bytes, Descriptor... with) throws IOException {
        raw(bytes, 0, bytes.length, with);
    }

    synchronized void raw(byte[] bytes, int from, int count, Descriptor... with)
            throws IOException {
        if (with.length > 0) {
            socket.setOutboundFileDescriptors(
                    Arrays.stream(with).map(Descriptor::get).toArray(FileDescriptor[]::new));
        }
        socket.getOutputStream().write(bytes, from, count);
    }

    /** Sends a command that wants a reply; the descriptors stay the caller's. */
    int send(int command, byte[] body, Descriptor... with) throws IOException {
        int id = ++ids & 0xFFFF;
        raw(message(id, command, 0, 0, body), with);
        return id;
    }

    void post(int command, byte[] body) throws IOException {
        raw(message(++ids & 0xFFFF, command, VfioUser.FLAG_NO_REPLY, 0, body));
    }

    /** The next message, null when the server closed. */
    Message receive() throws IOException {
        byte[] header = in.readNBytes(16);
        if (header.length == 0) {
            return null;
        }
        byte[] body = in.readNBytes(LittleEndian.i32(header, 4) - 16);
        return new Message(
                LittleEndian.u16(header, 0),
                LittleEndian.u16(header, 2),
                LittleEndian.i32(header, 8),
                LittleEndian.i32(header, 12),
                body,
                List.of());
    }

    /** Whether the server closed the connection, whatever it sent before. */
    boolean isHungUp() throws IOException {
        try {
            while (receive() != null) {
                // What it sent before does not matter.
            }
            return true;
        } catch (SocketTimeoutException silent) {
            return false;
        } catch (IOException reset) {
            return true;
        }
    }

    /** Whether nothing comes for a while. */
    boolean isSilent(int ms) throws IOException {
        socket.setSoTimeout(ms);
        try {
            return in.read() == Integer.MIN_VALUE;
        } catch (SocketTimeoutException silent) {
            return true;
        } finally {
            socket.setSoTimeout(PATIENCE_MS);
        }
    }

    Message ask(int command, byte[] body, Descriptor... with) throws IOException {
        int id = send(command, body, with);
        Message reply = receive();
        if (reply == null || reply.id() != id || !reply.isReply() || reply.command() != command) {
            throw new IOException("no reply to " + command + " but " + reply);
        }
        return reply;
    }

    void answer(Message command, byte[] body) throws IOException {
        raw(message(command.id(), command.command(), VfioUser.FLAG_REPLY, 0, body));
    }

    void refuse(Message command, int errno, byte[] body) throws IOException {
        int flags = VfioUser.FLAG_REPLY | VfioUser.FLAG_ERROR;
        raw(message(command.id(), command.command(), flags, errno, body));
    }

    @Override
    public void close() throws IOException {
        socket.close();
    }
}
