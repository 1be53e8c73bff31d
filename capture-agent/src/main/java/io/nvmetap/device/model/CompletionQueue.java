package io.nvmetap.device.model;

import java.util.ArrayDeque;

/** A completion queue as the controller keeps it. */
final class CompletionQueue {
    final int id;
    final long base;
    final int size;
    final int vector;
    final boolean interrupts;

    /** Completions that wait for room; bounded by what may be in flight. */
    final ArrayDeque<byte[]> waiting = new ArrayDeque<>();

    int head;
    int tail;
    int phase = 1;
    boolean stalled;

    /** The last interrupt was lost on the way (fault): the INTx line does not show this queue. */
    boolean interruptLost;

    /** Since when as many entries are unacknowledged as the quirk allows; -1 if fewer are. */
    long crowdedSinceNs = -1;

    CompletionQueue(int id, long base, int size, int vector, boolean interrupts) {
        this.id = id;
        this.base = base;
        this.size = size;
        this.vector = vector;
        this.interrupts = interrupts;
    }

    int unacked() {
        return Math.floorMod(tail - head, size);
    }

    boolean full() {
        return unacked() == size - 1;
    }
}
