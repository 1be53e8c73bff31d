package io.nvmetap.bench;

import io.nvmetap.event.CapturedEvent;

/**
 * The least that must be done: three kinds of event into an array that is large enough, written for
 * these and nothing else. What the product's encoder is held against.
 */
final class HandEncoder {
    private static final int PAGE_SHIFT = 12;
    private static final int PAGE = 1 << PAGE_SHIFT;

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
        int entryBytes = e.entryBytes;
        while (entryBytes > 0 && e.entry[entryBytes - 1] == 0) {
            entryBytes--;
        }
        number(entryBytes);
        System.arraycopy(e.entry, 0, to, at, entryBytes);
        at += entryBytes;
        number(e.known);
        number(e.owner.ordinal());
        number(e.commandId);
        number(e.dataBytes);
        to[at++] = (byte) (e.sgl ? 1 : 0);
        int runs = runs(e);
        pages(e, runs > 0 ? 1 : e.pageCount);
        number(e.entryBytes - entryBytes);
        runs(e, runs);
    }

    private void pages(CapturedEvent e, int count) {
        if (count > 0) {
            number(count);
            for (int i = 0; i < count; i++) {
                number(e.pageAddress[i]);
                number(e.pageLengthBytes[i]);
            }
        }
        to[at++] = 0;
    }

    /** Runs of whole pages behind the first one; 0 if there are none or other pages between. */
    private static int runs(CapturedEvent e) {
        int runs = 0;
        for (int i = 1; i < e.pageCount; i++) {
            long skip = skipped(e, i);
            int bytes = e.pageLengthBytes[i];
            boolean whole = i < e.pageCount - 1 ? bytes == PAGE : bytes > 0 && bytes <= PAGE;
            if (!whole || (skip & PAGE - 1) != 0) {
                return 0;
            }
            if (i == 1 || skip != 0) {
                runs++;
            }
        }
        return runs;
    }

    private static long skipped(CapturedEvent e, int i) {
        return e.pageAddress[i] - e.pageAddress[i - 1] - e.pageLengthBytes[i - 1];
    }

    private void runs(CapturedEvent e, int runs) {
        if (runs == 0) {
            to[at++] = 0;
            to[at++] = 0;
            return;
        }
        number(runs);
        for (int i = 1; i < e.pageCount; ) {
            int from = i++;
            while (i < e.pageCount && skipped(e, i) == 0) {
                i++;
            }
            number(skipped(e, from) >> PAGE_SHIFT);
            number(i - from);
        }
        to[at++] = 0;
        number(PAGE - e.pageLengthBytes[e.pageCount - 1]);
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
