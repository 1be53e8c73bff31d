package io.nvmetap.device.vfiouser;

import java.io.IOException;
import java.util.ArrayDeque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/**
 * Requests and replies of both directions on one channel. One thread takes the peer's commands, any
 * thread asks the peer something.
 *
 * <p>Design note: whoever needs a message and finds nobody reading reads the socket itself. So the
 * thread that took a command may ask the peer in the middle of it, a request costs no hand-over
 * where nobody else reads, and a thread that waits for a lock never keeps a reply from another.
 */
final class Connection implements AutoCloseable {
    /** Requests that may wait for their reply at a time. */
    static final int REQUESTS_MAX = 256;

    /** Commands that may pile up while a reply is awaited. */
    static final int DEFERRED_MAX = 1024;

    private static final class Waiting {
        Message reply;
    }

    private final MessageChannel channel;
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();
    private final Map<Integer, Waiting> requests = new HashMap<>();
    private final ArrayDeque<Message> deferred = new ArrayDeque<>();
    private boolean reading;
    private boolean ended;
    private IOException broken;
    private int ids;

    Connection(MessageChannel channel) {
        this.channel = channel;
    }

    /**
     * The peer's next command, in the order it sent them; one thread calls this.
     *
     * @return null when the peer closed the connection in order, or {@link #close} was called
     * @throws IOException if it broke
     */
    Message nextCommand() throws IOException {
        lock.lock();
        try {
            while (deferred.isEmpty()) {
                if (broken != null) {
                    throw broken;
                }
                if (ended) {
                    return null;
                }
                if (reading) {
                    changed.awaitUninterruptibly();
                } else {
                    readOne(0);
                }
            }
            return deferred.poll();
        } finally {
            lock.unlock();
        }
    }

    /**
     * Sends a command and waits for its reply.
     *
     * @param descriptors stay the caller's
     * @param timeoutMs positive; a peer that takes longer is given up and the connection closed
     * @return the reply, which may be an error reply; its descriptors are the caller's
     * @throws IOException if the peer left, broke the protocol or did not answer
     */
    Message request(int command, byte[] body, List<Descriptor> descriptors, long timeoutMs)
            throws IOException {
        Waiting waiting = new Waiting();
        int id = register(waiting);
        try {
            send(new Message(id, command, 0, 0, body, descriptors));
            return await(waiting, command, timeoutMs);
        } catch (IOException failure) {
            lock.lock();
            Message late = waiting.reply;
            lock.unlock();
            if (late != null) {
                late.closeDescriptors();
            }
            throw failure;
        } finally {
            lock.lock();
            requests.remove(id);
            lock.unlock();
        }
    }

    /** Sends a reply, or a command that wants none. */
    void send(Message message) throws IOException {
        try {
            channel.send(message);
        } catch (IOException failure) {
            lock.lock();
            IOException first = fail(failure);
            lock.unlock();
            channel.close();
            throw first;
        }
    }

    /** Sends a command that wants no reply. */
    void post(int command, byte[] body) throws IOException {
        lock.lock();
        int id = ids = ids + 1 & 0xFFFF;
        lock.unlock();
        send(new Message(id, command, VfioUser.FLAG_NO_REPLY, 0, body, List.of()));
    }

    /** Ends the connection; who waits in here is told so. */
    @Override
    public void close() {
        try {
            channel.close();
        } catch (IOException ignored) {
            // It is gone either way.
        }
        lock.lock();
        try {
            ended = true;
            deferred.forEach(Message::closeDescriptors);
            deferred.clear();
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    private int register(Waiting waiting) throws IOException {
        lock.lock();
        try {
            if (broken != null || ended) {
                throw new IOException("the vfio-user connection is closed");
            }
            if (requests.size() >= REQUESTS_MAX) {
                throw new IOException("more than " + REQUESTS_MAX + " requests wait for a reply");
            }
            do {
                ids = ids + 1 & 0xFFFF;
            } while (requests.containsKey(ids));
            requests.put(ids, waiting);
            return ids;
        } finally {
            lock.unlock();
        }
    }

    private Message await(Waiting waiting, int command, long timeoutMs) throws IOException {
        long deadlineNs = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(timeoutMs);
        lock.lock();
        try {
            while (waiting.reply == null) {
                long leftNs = deadlineNs - System.nanoTime();
                if (broken != null) {
                    throw broken;
                }
                if (ended) {
                    throw new ProtocolException(
                            ProtocolException.Kind.LEFT, "the peer left without an answer");
                }
                if (leftNs <= 0) {
                    throw giveUp(command, timeoutMs);
                }
                if (reading) {
                    awaitNanos(leftNs);
                } else {
                    readOne((int) Math.max(1, TimeUnit.NANOSECONDS.toMillis(leftNs)));
                }
            }
            if (waiting.reply.command() != command) {
                throw fail(new ProtocolException("the peer answered another command"));
            }
            return waiting.reply;
        } finally {
            lock.unlock();
        }
    }

    private void awaitNanos(long leftNs) throws IOException {
        try {
            changed.awaitNanos(leftNs);
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted while waiting for the vfio-user peer");
        }
    }

    /**
     * Why nothing more will come.
     *
     * @return null while the connection is good
     */
    IOException over() {
        lock.lock();
        try {
            boolean left = ended && broken == null;
            return left
                    ? new ProtocolException(ProtocolException.Kind.LEFT, "the peer left")
                    : broken;
        } finally {
            lock.unlock();
        }
    }

    private IOException giveUp(int command, long timeoutMs) throws IOException {
        IOException late =
                fail(
                        new ProtocolException(
                                ProtocolException.Kind.SILENT,
                                "the vfio-user peer did not answer command "
                                        + command
                                        + " within "
                                        + timeoutMs
                                        + " ms"));
        channel.close();
        return late;
    }

    /** Reads one message with the lock released, then puts it where it belongs. */
    private void readOne(int timeoutMs) throws IOException {
        reading = true;
        lock.unlock();
        Message message = null;
        IOException failure = null;
        try {
            message = channel.receive(timeoutMs);
        } catch (IOException e) {
            failure = e;
        } finally {
            lock.lock();
            reading = false;
            changed.signalAll();
        }
        if (failure instanceof java.net.SocketTimeoutException) {
            // Whoever waits looks at its deadline.
            return;
        }
        if (failure != null && !ended) {
            throw fail(failure);
        }
        if (message != null && ended) {
            // Closed while it came.
            message.closeDescriptors();
        } else if (message == null) {
            ended = true;
        } else if (message.isReply()) {
            answer(message);
        } else if (deferred.size() >= DEFERRED_MAX) {
            message.closeDescriptors();
            throw fail(
                    new ProtocolException(
                            "the peer sent " + DEFERRED_MAX + " commands and still owes a reply"));
        } else {
            deferred.add(message);
        }
    }

    private void answer(Message reply) throws IOException {
        Waiting waiting = requests.get(reply.id());
        if (waiting == null || waiting.reply != null) {
            reply.closeDescriptors();
            throw fail(new ProtocolException("the peer answered what nobody asked"));
        }
        waiting.reply = reply;
    }

    private IOException fail(IOException why) {
        if (broken == null) {
            broken = why;
        }
        changed.signalAll();
        return broken;
    }
}
