package io.nvmetap.proxy;

import io.nvmetap.device.vfiouser.Message;
import io.nvmetap.device.vfiouser.MessageChannel;
import java.io.IOException;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Function;

/**
 * Passes messages on between one client and the server, each direction by itself and in order,
 * without waiting for anything else. When one side leaves the other is let go.
 */
final class Relay implements AutoCloseable {
    /** Why it ended. */
    enum End {
        /** Still passing. */
        NOT_YET,
        CLIENT_LEFT,
        SERVER_LEFT,
        CLOSED
    }

    private static final long CLOSE_PATIENCE_MS = 10_000;

    private final MessageChannel client;
    private final MessageChannel server;
    private final AtomicReference<End> end = new AtomicReference<>(End.NOT_YET);
    private volatile String reason = "";

    Relay(MessageChannel client, MessageChannel server) {
        this.client = client;
        this.server = server;
    }

    /** Passes on until a side leaves or {@link #close} is called. */
    End run(Traffic traffic) {
        Thread down =
                new Thread(
                        () -> pass(server, client, traffic::fromServer, End.SERVER_LEFT),
                        "nvmetap-proxy-replies");
        down.setDaemon(true);
        down.start();
        pass(client, server, traffic::fromClient, End.CLIENT_LEFT);
        try {
            down.join(CLOSE_PATIENCE_MS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        return end.get();
    }

    /** What was wrong when it ended; "" if a side just left. */
    String reason() {
        return reason;
    }

    private void pass(
            MessageChannel from,
            MessageChannel to,
            Function<Message, Traffic.Passing> through,
            End left) {
        End other = left == End.CLIENT_LEFT ? End.SERVER_LEFT : End.CLIENT_LEFT;
        try {
            Message message = from.receive(0);
            while (message != null && end.get() == End.NOT_YET) {
                if (!send(to, through.apply(message))) {
                    end(other, "");
                    return;
                }
                message = from.receive(0);
            }
            if (message != null) {
                message.closeDescriptors();
            }
            end(left, "");
        } catch (IOException | RuntimeException broken) {
            end(left, String.valueOf(broken.getMessage()));
        } finally {
            closeBoth();
        }
    }

    private static boolean send(MessageChannel to, Traffic.Passing passing) {
        try {
            to.send(passing.message());
            return true;
        } catch (IOException gone) {
            return false;
        } finally {
            passing.sent().run();
        }
    }

    private void end(End why, String text) {
        if (end.compareAndSet(End.NOT_YET, why)) {
            reason = text;
        }
    }

    /** Ends both connections. */
    @Override
    public void close() {
        end(End.CLOSED, "");
        closeBoth();
    }

    private void closeBoth() {
        close(client);
        close(server);
    }

    private static void close(MessageChannel channel) {
        try {
            channel.close();
        } catch (IOException ignored) {
            // It is gone either way.
        }
    }
}
