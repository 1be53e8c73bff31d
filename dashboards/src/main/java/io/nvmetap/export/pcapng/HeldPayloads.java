package io.nvmetap.export.pcapng;

import io.nvmetap.event.CapturedEvent;
import io.nvmetap.event.Side;
import io.nvmetap.event.Transfer;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Payloads between their event and the completion of their command. On the guest side the last one
 * counts: the mediator tells of the controller's data first, then of what it made of them.
 */
final class HeldPayloads {
    /** Most bytes held; the oldest go first. */
    static final int BYTES_MAX = 64 << 20;

    /** What was transferred. */
    record Held(boolean toController, byte[] bytes) {}

    private final Map<Long, Held> byCommand = new LinkedHashMap<>();
    private final int bytesMax;
    private long bytes;
    private long dropped;

    HeldPayloads(int bytesMax) {
        this.bytesMax = bytesMax;
    }

    /** Keeps a payload whose content was captured, if it is of this side or stands for it. */
    void hold(CapturedEvent e, Side side) {
        if (e.content.length == 0 || (side == Side.DEVICE && e.side != Side.DEVICE)) {
            return;
        }
        take(e.commandId);
        boolean toController = e.transfer == Transfer.TO_DEVICE;
        byCommand.put(e.commandId, new Held(toController, e.content.clone()));
        bytes += e.content.length;
        Iterator<Held> oldest = byCommand.values().iterator();
        while (bytes > bytesMax && oldest.hasNext()) {
            bytes -= oldest.next().bytes().length;
            oldest.remove();
            dropped++;
        }
    }

    /**
     * @return the command's payload, null if there is none; it is held no longer
     */
    Held take(long commandId) {
        Held held = byCommand.remove(commandId);
        if (held != null) {
            bytes -= held.bytes().length;
        }
        return held;
    }

    /**
     * @return payloads that were not exported: too many were held, or their command did not
     *     complete
     */
    long leftOut() {
        return dropped + byCommand.size();
    }
}
