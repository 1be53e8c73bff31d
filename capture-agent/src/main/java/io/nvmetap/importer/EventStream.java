package io.nvmetap.importer;

import io.nvmetap.event.CapturedEvent;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;

/**
 * Gives events their place: session, seq, monotonic time. A command is held open while the lines
 * that complete it arrive; what other threads do meanwhile waits behind it.
 */
final class EventStream {
    /** Events held behind one open command; the command is closed when there are more. */
    static final int WAITING_MAX = 256;

    /** Characters of an annotation's text; the rest is cut. */
    static final int TEXT_MAX = 1_000;

    private final Consumer<CapturedEvent> sink;
    private final long sessionHigh;
    private final long sessionLow;
    private final CapturedEvent scratch = new CapturedEvent();
    private final CapturedEvent command = new CapturedEvent();
    private final List<CapturedEvent> waiting = new ArrayList<>();
    private boolean open;
    private long openThread;
    private long seq;
    private long lastNs;

    EventStream(Consumer<CapturedEvent> sink, long sessionHigh, long sessionLow) {
        this.sink = sink;
        this.sessionHigh = sessionHigh;
        this.sessionLow = sessionLow;
    }

    CapturedEvent scratch() {
        return scratch;
    }

    CapturedEvent command() {
        return command;
    }

    /**
     * @return a command is open, and this thread executes it
     */
    boolean isOpenFor(long thread) {
        return open && openThread == thread;
    }

    long events() {
        return seq;
    }

    /** The filled {@link #command()} stays open until {@link #close()}. */
    void open(long timeNs, long thread) {
        command.timeNs = timeNs;
        command.cpu = -1;
        openThread = thread;
        open = true;
    }

    /** Sends the open command and what waited for it. */
    void close() {
        if (!open) {
            return;
        }
        open = false;
        send(command);
        for (CapturedEvent e : waiting) {
            send(e);
        }
        waiting.clear();
    }

    /** An event of the thread that executes commands: the open command is complete. */
    void put(CapturedEvent e, long timeNs, int cpu) {
        close();
        e.timeNs = timeNs;
        e.cpu = cpu;
        send(e);
    }

    /** An event of a guest CPU: it may come in the middle of a command's lines. */
    void putBeside(CapturedEvent e, long timeNs, int cpu) {
        e.timeNs = timeNs;
        e.cpu = cpu;
        if (!open) {
            send(e);
            return;
        }
        waiting.add(e.copy());
        if (waiting.size() >= WAITING_MAX) {
            close();
        }
    }

    /** A remark of {@code author}; it may come in the middle of a command's lines. */
    void note(String author, String text, long timeNs) {
        String kept = text.length() > TEXT_MAX ? text.substring(0, TEXT_MAX) + "..." : text;
        putBeside(scratch.asAnnotation(author, kept), timeNs, -1);
    }

    private void send(CapturedEvent e) {
        e.sessionHigh = sessionHigh;
        e.sessionLow = sessionLow;
        e.controller = 0;
        e.seq = seq++;
        lastNs = Math.max(lastNs, e.timeNs);
        e.timeNs = lastNs;
        sink.accept(e);
    }
}
