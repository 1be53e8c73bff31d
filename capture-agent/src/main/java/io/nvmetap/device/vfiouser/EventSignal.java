package io.nvmetap.device.vfiouser;

import com.sun.jna.Memory;
import java.io.IOException;

/**
 * Signals a peer's event descriptor without ever waiting: a descriptor that cannot take the event
 * now has one pending already, or its owner plays tricks, and either way there is nothing to do.
 *
 * <p>Not thread safe.
 */
public final class EventSignal {
    private static final int EVENTS_AT = 4;
    private static final int REVENTS_AT = 6;

    private final Memory one = new Memory(Long.BYTES);
    private final Memory poll = new Memory(Linux.POLLFD_BYTES);

    /** Holds memory of its own. */
    public EventSignal() {
        one.setLong(0, 1);
    }

    /**
     * Signals it once.
     *
     * @return whether the event was taken
     */
    public boolean signal(Descriptor target) {
        int fd = target.number();
        poll.setInt(0, fd);
        poll.setShort(EVENTS_AT, Linux.POLLOUT);
        poll.setShort(REVENTS_AT, (short) 0);
        try {
            boolean room = Linux.poll(poll, 1, 0) == 1;
            return room && Linux.write(fd, one, Long.BYTES) == Long.BYTES;
        } catch (IOException failure) {
            return false;
        }
    }
}
