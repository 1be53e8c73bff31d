package io.nvmetap.bench;

import io.nvmetap.event.CapturedEvent;

/**
 * The least that must be done: three kinds of event into an array that is large enough, written for
 * these and nothing else. What the product's encoder is held against.
 */
final class HandEncoder {
    final byte[] to = new byte[1024];
    private int at;

    /**
     * @return bytes written, from the array's begin
     */
    int encode(CapturedEvent e) {
        at = 0;
        fixed(e.sessionHigh);
        fixed(e.sessionLow);
        number(e.controller);
        number(e.seq);
        number(e.timeNs);
        number(e.cpu);
        number(e.side.ordinal());
        number(e.kind.ordinal());
        switch (e.kind) {
            case DOORBELL_RUNG -> {
                number(e.doorbell.ordinal());
                number(e.qid);
                number(e.value);
            }
            case COMMAND_FETCHED, COMMAND_EMITTED -> command(e);
            case COMPLETION_SEEN, COMPLETION_COPIED -> {
                number(e.qid);
                number(e.slot);
                System.arraycopy(e.entry, 0, to, at, 16);
                at += 16;
                number((int) e.known);
                number(e.owner.ordinal());
                number(e.commandId);
            }
            default -> throw new IllegalArgumentException(e.kind + " is not written here");
        }
        return at;
    }

    private void command(CapturedEvent e) {
        number(e.qid);
        number(e.slot);
        number(e.entryBytes);
        System.arraycopy(e.entry, 0, to, at, e.entryBytes);
        at += e.entryBytes;
        number(e.known);
        number(e.owner.ordinal());
        number(e.commandId);
        number(e.dataBytes);
        to[at++] = (byte) (e.sgl ? 1 : 0);
        if (e.pageCount > 0) {
            number(e.pageCount);
            for (int i = 0; i < e.pageCount; i++) {
                number(e.pageAddress[i]);
                number(e.pageLengthBytes[i]);
            }
        }
        to[at++] = 0;
    }

    private void number(long value) {
        long n = value << 1 ^ value >> 63;
        while ((n & ~0x7FL) != 0) {
            to[at++] = (byte) (n | 0x80);
            n >>>= 7;
        }
        to[at++] = (byte) n;
    }

    private void fixed(long value) {
        for (int shift = 56; shift >= 0; shift -= 8) {
            to[at++] = (byte) (value >>> shift);
        }
    }
}
