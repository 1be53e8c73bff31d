package io.nvmetap.proxy;

import io.nvmetap.device.vfiouser.Descriptor;
import io.nvmetap.device.vfiouser.EventSignal;
import io.nvmetap.device.vfiouser.EventWatch;
import io.nvmetap.device.vfiouser.Message;
import io.nvmetap.device.vfiouser.VfioUser;
import io.nvmetap.event.InterruptKind;
import io.nvmetap.nvme.LittleEndian;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;

/**
 * Stands between the server's interrupts and the client's event descriptors: the server is given
 * ours, and what it signals is told and then passed on. A signal that came before a vector was
 * detached is still passed on.
 *
 * <p>Messages come from the relay's two threads, signals on one of our own.
 */
final class InterruptRelay implements AutoCloseable {
    private static final int SET_IRQS_BYTES = 20;
    private static final int ATTACH = VfioUser.IRQ_DATA_EVENTFD | VfioUser.IRQ_ACTION_TRIGGER;
    private static final int DISABLE = VfioUser.IRQ_DATA_NONE | VfioUser.IRQ_ACTION_TRIGGER;

    /** Told of each interrupt before it is passed on. */
    interface Listener {
        /** The server signalled it. */
        void interrupt(InterruptKind kind, int vector);
    }

    /**
     * What a SET_IRQS changes once the server accepts it.
     *
     * @param message what to send to the server
     * @param index interrupt index, negative if nothing changes
     * @param first first vector
     * @param detached vectors from {@code first} that lose their descriptor; all of the index if
     *     negative
     * @param attached the new ones, from {@code first}
     */
    record Change(
            Message message, int index, int first, int detached, List<EventWatch.Event> attached) {
        /** Nothing to remember. */
        static Change none(Message message) {
            return new Change(message, -1, 0, 0, List.of());
        }

        boolean changes() {
            return index >= 0;
        }
    }

    private final Listener listener;
    private final EventWatch watch;
    private final EventSignal signal = new EventSignal();
    private final Map<Long, EventWatch.Event> events = new HashMap<>();

    /**
     * @param failed told what keeps interrupts from passing
     */
    InterruptRelay(Listener listener, Consumer<Throwable> failed) throws IOException {
        this.listener = listener;
        this.watch = new EventWatch("nvmetap-proxy-interrupts", failed);
    }

    /**
     * Looks at a SET_IRQS on its way to the server. If the answer {@link Change#changes}, the
     * message's descriptors are ours from now on and {@link #settle} must follow.
     *
     * @throws IOException if no descriptors of our own can be had; nothing has changed
     */
    synchronized Change asked(Message m) throws IOException {
        byte[] b = m.body();
        if (b.length < SET_IRQS_BYTES) {
            return Change.none(m);
        }
        int flags = LittleEndian.i32(b, 4);
        int index = LittleEndian.i32(b, 8);
        int first = LittleEndian.i32(b, 12);
        int count = LittleEndian.i32(b, 16);
        boolean ours = index >= VfioUser.IRQ_INTX && index <= VfioUser.IRQ_MSIX;
        if (!ours || first < 0 || count < 0) {
            return Change.none(m);
        }
        if (flags == DISABLE && count == 0) {
            return new Change(m, index, 0, -1, List.of());
        }
        if (flags != ATTACH) {
            return Change.none(m);
        }
        if (m.descriptors().isEmpty()) {
            return new Change(m, index, first, Math.min(count, EventWatch.EVENTS_MAX), List.of());
        }
        List<EventWatch.Event> fresh = attach(index, first, m.descriptors());
        List<Descriptor> given = new ArrayList<>();
        fresh.forEach(event -> given.add(event.descriptor()));
        Message sent = new Message(m.id(), m.command(), m.flags(), m.error(), b, given);
        return new Change(sent, index, first, 0, fresh);
    }

    private List<EventWatch.Event> attach(int index, int first, List<Descriptor> targets)
            throws IOException {
        List<EventWatch.Event> fresh = new ArrayList<>();
        boolean[] keep = {false};
        try {
            for (int i = 0; i < targets.size(); i++) {
                int vector = first + i;
                Descriptor target = targets.get(i);
                Runnable closed =
                        () -> {
                            if (keep[0]) {
                                target.close();
                            }
                        };
                fresh.add(watch.add(() -> signalled(index, vector, target), closed));
            }
            keep[0] = true;
            return fresh;
        } finally {
            if (!keep[0]) {
                // The client's descriptors go to the server as they came.
                fresh.forEach(EventWatch.Event::close);
            }
        }
    }

    private void signalled(int index, int vector, Descriptor target) {
        try {
            listener.interrupt(kind(index), vector);
        } finally {
            signal.signal(target);
        }
    }

    private static InterruptKind kind(int index) {
        return switch (index) {
            case VfioUser.IRQ_INTX -> InterruptKind.INTX;
            case VfioUser.IRQ_MSI -> InterruptKind.MSI;
            default -> InterruptKind.MSIX;
        };
    }

    /** The server answered, or nobody waits for its answer. */
    synchronized void settle(Change change, boolean accepted) {
        if (!accepted) {
            change.attached().forEach(EventWatch.Event::close);
            return;
        }
        if (change.detached() < 0) {
            long index = key(change.index(), 0) >>> Integer.SIZE;
            events.entrySet()
                    .removeIf(
                            one -> {
                                boolean gone = one.getKey() >>> Integer.SIZE == index;
                                if (gone) {
                                    one.getValue().close();
                                }
                                return gone;
                            });
        }
        for (int i = 0; i < change.detached(); i++) {
            replace(change.index(), change.first() + i, null);
        }
        for (int i = 0; i < change.attached().size(); i++) {
            replace(change.index(), change.first() + i, change.attached().get(i));
        }
    }

    private void replace(int index, int vector, EventWatch.Event with) {
        long key = key(index, vector);
        EventWatch.Event before = with == null ? events.remove(key) : events.put(key, with);
        if (before != null) {
            before.close();
        }
    }

    private static long key(int index, int vector) {
        return (long) index << Integer.SIZE | vector;
    }

    /** Closes every descriptor, the client's too. */
    @Override
    public void close() {
        watch.close();
    }
}
