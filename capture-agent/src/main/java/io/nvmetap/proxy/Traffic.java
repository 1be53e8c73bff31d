package io.nvmetap.proxy;

import io.nvmetap.device.vfiouser.Descriptor;
import io.nvmetap.device.vfiouser.DmaMap;
import io.nvmetap.device.vfiouser.Message;
import io.nvmetap.device.vfiouser.VfioUser;
import io.nvmetap.event.ResetKind;
import io.nvmetap.nvme.LittleEndian;
import java.io.IOException;
import java.util.Arrays;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * What a message means, on its way from one client to the server or back: which memory the client
 * shares, what it reads and writes, where its interrupts go. Says what to send in its place;
 * everything not known here goes through as it came.
 *
 * <p>Two threads: one a direction.
 */
final class Traffic implements AutoCloseable {
    /** Commands of the client remembered until their reply; more pass without being recorded. */
    static final int ASKED_MAX = 4096;

    private static final int MAP_BYTES = 32;
    private static final int UNMAP_BYTES = 24;
    private static final int UNMAP_ALL = 2;

    /**
     * What to send.
     *
     * @param sent to run once it is sent, or cannot be: closes descriptors nobody keeps
     */
    record Passing(Message message, Runnable sent) {
        static Passing whole(Message m) {
            return new Passing(m, m::closeDescriptors);
        }
    }

    /** A command that waits for its reply: its fixed part, and what was kept of it. */
    private record Asked(
            int command,
            byte[] fixed,
            Descriptor memory,
            InterruptRelay.Change change,
            ResetKind reset) {
        void drop() {
            if (memory != null) {
                memory.close();
            }
        }
    }

    private final DmaMap memory;
    private final Observer observer;
    private final InterruptRelay interrupts;
    private final RegionTraffic regions;
    private final Runnable withheld;
    private final Map<Integer, Asked> asked = new ConcurrentHashMap<>();

    /**
     * @param memory the client's, followed from here on
     * @param withheld run each time a way past the socket was withheld
     */
    Traffic(DmaMap memory, Observer observer, InterruptRelay interrupts, Runnable withheld) {
        this.memory = memory;
        this.observer = observer;
        this.interrupts = interrupts;
        this.regions = new RegionTraffic(observer);
        this.withheld = withheld;
    }

    // ---- client to server ----

    /** A message of the client; what it asks for is recorded before it is sent. */
    Passing fromClient(Message m) {
        try {
            return m.isReply() ? Passing.whole(m) : command(m);
        } catch (RuntimeException | InternalError ours) {
            return asItCame(m, ours);
        }
    }

    /** Our mistake, or a file that is not what it seemed: nobody else is to suffer from it. */
    private Passing asItCame(Message m, Throwable why) {
        observer.remark("a message of command " + m.command() + " was not understood: " + why);
        return Passing.whole(m);
    }

    private Passing command(Message m) {
        byte[] b = m.body();
        return switch (m.command()) {
            case VfioUser.COMMAND_DMA_MAP -> dmaMap(m);
            case VfioUser.COMMAND_DEVICE_SET_IRQS -> setIrqs(m);
            case VfioUser.COMMAND_REGION_WRITE -> {
                ResetKind reset = regions.written(b);
                yield remember(m, reset);
            }
            case VfioUser.COMMAND_REGION_WRITE_MULTI -> {
                regions.writtenMany(b);
                yield Passing.whole(m);
            }
            case VfioUser.COMMAND_DEVICE_RESET -> {
                observer.observe(v -> v.begin(ResetKind.MACHINE));
                yield remember(m, ResetKind.MACHINE);
            }
            case VfioUser.COMMAND_DMA_UNMAP, VfioUser.COMMAND_REGION_READ -> remember(m, null);
            default -> Passing.whole(m);
        };
    }

    private Passing remember(Message m, ResetKind reset) {
        Asked one = new Asked(m.command(), fixed(m), null, null, reset);
        if (!m.wantsReply()) {
            settle(one, null);
        } else {
            keep(m, one);
        }
        return Passing.whole(m);
    }

    private static byte[] fixed(Message m) {
        return Arrays.copyOf(m.body(), Math.min(m.body().length, MAP_BYTES));
    }

    private boolean keep(Message m, Asked one) {
        if (asked.size() >= ASKED_MAX) {
            observer.remark(
                    "more than " + ASKED_MAX + " messages wait for a reply: one is not recorded");
            return false;
        }
        Asked before = asked.put(m.id(), one);
        if (before != null) {
            before.drop();
        }
        return true;
    }

    private Passing dmaMap(Message m) {
        int count = m.descriptors().size();
        Descriptor file = count == 1 ? m.descriptors().get(0) : null;
        Asked map = new Asked(m.command(), fixed(m), file, null, null);
        if (count > 1) {
            observer.remark("memory with " + count + " descriptors is not followed");
            return Passing.whole(m);
        }
        if (!m.wantsReply()) {
            // Nobody will say when it is done: it is followed once it is on its way.
            return new Passing(m, () -> settle(map, null));
        }
        // Kept until the server says whether it took it.
        return keep(m, map) ? new Passing(m, () -> {}) : Passing.whole(m);
    }

    private Passing setIrqs(Message m) {
        InterruptRelay.Change change;
        try {
            change = interrupts.asked(m);
        } catch (IOException none) {
            observer.remark("an interrupt passes unseen: " + none.getMessage());
            return Passing.whole(m);
        }
        if (!change.changes()) {
            return Passing.whole(m);
        }
        Asked one = new Asked(m.command(), fixed(m), null, change, null);
        Runnable sent = change.attached().isEmpty() ? m::closeDescriptors : () -> {};
        if (!m.wantsReply() || !keep(m, one)) {
            return new Passing(
                    change.message(),
                    () -> {
                        sent.run();
                        interrupts.settle(change, true);
                    });
        }
        return new Passing(change.message(), sent);
    }

    // ---- server to client ----

    /** A message of the server; what it answers is recorded before it is sent. */
    Passing fromServer(Message m) {
        try {
            return m.isReply() ? reply(m) : Passing.whole(m);
        } catch (RuntimeException | InternalError ours) {
            return asItCame(m, ours);
        }
    }

    private Passing reply(Message m) {
        Asked one = asked.remove(m.id());
        if (one != null && one.command == m.command()) {
            settle(one, m);
        } else if (one != null) {
            one.drop();
        }
        Message shown = Withholding.from(m);
        if (shown != m) {
            withheld.run();
        }
        return new Passing(shown, m::closeDescriptors);
    }

    /**
     * @param reply null if none was wanted: taken as done
     */
    private void settle(Asked one, Message reply) {
        boolean done = reply == null || !reply.isError();
        switch (one.command) {
            case VfioUser.COMMAND_DMA_MAP -> mapped(one, done);
            case VfioUser.COMMAND_DMA_UNMAP -> unmapped(one.fixed, done);
            case VfioUser.COMMAND_DEVICE_SET_IRQS -> interrupts.settle(one.change, done);
            case VfioUser.COMMAND_REGION_READ -> regions.read(one.fixed, reply);
            case VfioUser.COMMAND_REGION_WRITE -> {
                if (!done) {
                    regions.refused(one.fixed, reply.error());
                }
            }
            default -> {
                // Only its reset, if it began one, ends here.
            }
        }
        if (one.reset != null) {
            observer.observe(v -> v.end(one.reset, !done));
        }
    }

    private void mapped(Asked one, boolean done) {
        byte[] b = one.fixed;
        if (!done || b.length < MAP_BYTES) {
            one.drop();
            return;
        }
        long address = LittleEndian.i64(b, 16);
        long bytes = LittleEndian.i64(b, 24);
        // Looked at, never written: a mapping that cannot store cannot disturb.
        int errno =
                memory.map(
                        address, bytes, VfioUser.DMA_READABLE, one.memory, LittleEndian.i64(b, 8));
        if (errno != 0) {
            observer.remark(
                    String.format(
                            "memory at 0x%x (0x%x bytes) cannot be looked at (error %d)",
                            address, bytes, errno));
        }
    }

    private void unmapped(byte[] b, boolean done) {
        if (!done || b.length < UNMAP_BYTES) {
            return;
        }
        if ((LittleEndian.i32(b, 4) & UNMAP_ALL) != 0) {
            memory.clear();
        } else {
            memory.unmap(LittleEndian.i64(b, 8), LittleEndian.i64(b, 16));
        }
    }

    /** The connection is gone: lets go of what still waited. */
    @Override
    public void close() {
        asked.values().forEach(Asked::drop);
        asked.clear();
    }
}
