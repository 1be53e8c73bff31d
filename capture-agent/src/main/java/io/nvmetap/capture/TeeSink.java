package io.nvmetap.capture;

import java.io.IOException;

/**
 * Two places for each event. One that the first took and the second refused is offered to the
 * second alone when it comes again.
 */
final class TeeSink implements EventSink {
    private final EventSink first;
    private final EventSink second;
    private boolean firstHasIt;

    TeeSink(EventSink first, EventSink second) {
        this.first = first;
        this.second = second;
    }

    @Override
    public void accept(byte[] body, int count, byte[] key) throws IOException {
        if (!firstHasIt) {
            first.accept(body, count, key);
            firstHasIt = true;
        }
        second.accept(body, count, key);
        firstHasIt = false;
    }

    @Override
    public void flush() throws IOException {
        first.flush();
        second.flush();
    }

    @Override
    public long lost() {
        return first.lost() + second.lost();
    }

    @Override
    public void close() throws IOException {
        try (first;
                second) {
            // Both, whatever one of them says.
            firstHasIt = false;
        }
    }
}
