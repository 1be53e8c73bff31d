package io.nvmetap.device.vfiouser;

import io.nvmetap.nvme.LittleEndian;
import java.io.IOException;
import java.net.SocketTimeoutException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.newsclub.net.unix.AFUNIXSocket;

/**
 * vfio-user messages over a UNIX stream socket. Reads exactly the header with its descriptors and
 * then exactly the rest: a larger read would hand descriptors to the wrong message.
 *
 * <p>One thread receives; any thread sends, one message after the other.
 */
public final class MessageChannel implements AutoCloseable {
    /** Longest wait for a peer to read on. */
    static final int SEND_PATIENCE_MS = 5_000;

    private final int messageBytesMax;
    private final int descriptorsMax;

    private final SocketIo io;
    private final byte[] header = new byte[VfioUser.HEADER_BYTES];
    private final Object sending = new Object();
    private byte[] outgoing = new byte[256];

    /** Takes the connected socket over. */
    public MessageChannel(AFUNIXSocket socket) throws IOException {
        this(socket, VfioUser.MESSAGE_BYTES_MAX, VfioUser.DESCRIPTORS_MAX);
    }

    /**
     * Takes the connected socket over.
     *
     * @param messageBytesMax largest message taken
     * @param descriptorsMax descriptors taken with one message, up to what Linux lets through
     */
    MessageChannel(AFUNIXSocket socket, int messageBytesMax, int descriptorsMax)
            throws IOException {
        this.messageBytesMax = messageBytesMax;
        this.descriptorsMax = descriptorsMax;
        io = new SocketIo(socket);
    }

    /**
     * Waits for the next message.
     *
     * @param timeoutMs longest wait for all of it, 0 without end
     * @return null when the peer closed between two messages
     * @throws java.net.SocketTimeoutException if nothing came; the channel stays usable
     * @throws ProtocolException if the header cannot be right, or the peer left or fell silent
     *     inside a message; the descriptors that came are closed
     */
    public Message receive(int timeoutMs) throws IOException {
        Long deadlineNs =
                timeoutMs == 0
                        ? null
                        : System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(timeoutMs);
        List<Descriptor> descriptors = new ArrayList<>(0);
        try {
            if (!readFully(header, descriptors, deadlineNs, true)) {
                return null;
            }
            long size = LittleEndian.u32(header, 4);
            if (size < VfioUser.HEADER_BYTES || size > messageBytesMax) {
                throw new ProtocolException(
                        "the peer announced a message of "
                                + size
                                + " bytes; 16 to "
                                + messageBytesMax
                                + " are possible");
            }
            byte[] body = new byte[(int) size - VfioUser.HEADER_BYTES];
            readFully(body, descriptors, deadlineNs, false);
            if (descriptors.size() > descriptorsMax) {
                throw new ProtocolException(
                        "the peer sent " + descriptors.size() + " descriptors with one message");
            }
            Message message =
                    new Message(
                            LittleEndian.u16(header, 0),
                            LittleEndian.u16(header, 2),
                            LittleEndian.i32(header, 8),
                            LittleEndian.i32(header, 12),
                            body,
                            descriptors);
            descriptors = List.of();
            return message;
        } finally {
            descriptors.forEach(Descriptor::close);
        }
    }

    /**
     * Sends a message; its descriptors stay the caller's.
     *
     * @throws IOException if the peer left, or reads nothing for {@link #SEND_PATIENCE_MS}; the
     *     channel is of no use then
     */
    public void send(Message message) throws IOException {
        int size = VfioUser.HEADER_BYTES + message.body().length;
        synchronized (sending) {
            if (outgoing.length < size) {
                outgoing = new byte[size];
            }
            LittleEndian.put16(outgoing, 0, message.id());
            LittleEndian.put16(outgoing, 2, message.command());
            LittleEndian.put32(outgoing, 4, size);
            LittleEndian.put32(outgoing, 8, message.flags());
            LittleEndian.put32(outgoing, 12, message.error());
            System.arraycopy(
                    message.body(), 0, outgoing, VfioUser.HEADER_BYTES, message.body().length);
            io.send(outgoing, size, message.descriptors(), SEND_PATIENCE_MS);
        }
    }

    /** Ends the connection; a thread that receives gets null or an exception. */
    @Override
    public void close() throws IOException {
        io.close();
    }

    private boolean readFully(
            byte[] target, List<Descriptor> received, Long deadlineNs, boolean first)
            throws IOException {
        int done = 0;
        while (done < target.length) {
            int got;
            try {
                // What follows the first bytes of a message was sent with them.
                boolean likely = done > 0 || !first;
                got = io.receive(target, done, likely, received, deadlineNs);
            } catch (SocketTimeoutException silent) {
                if (done == 0 && first) {
                    throw silent;
                }
                throw new ProtocolException(
                        ProtocolException.Kind.SILENT,
                        "the peer fell silent in the middle of a message");
            }
            if (got < 0 && done == 0 && first) {
                return false;
            }
            if (got < 0) {
                throw new ProtocolException(
                        ProtocolException.Kind.LEFT, "the peer left in the middle of a message");
            }
            done += got;
        }
        return true;
    }
}
