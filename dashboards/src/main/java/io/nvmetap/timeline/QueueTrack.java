package io.nvmetap.timeline;

/** One queue on one side while the index is made: where its pointer is, what waits for it. */
final class QueueTrack {
    /** Submission queue: times of doorbells, an entry each. Completion queue: commands. */
    final LongFifo waiting = new LongFifo();

    private int sizeEntries;
    private int pointer;

    void exists(int newSizeEntries) {
        sizeEntries = newSizeEntries;
        pointer = 0;
        waiting.clear();
    }

    /**
     * The pointer moves to {@code value}.
     *
     * @return entries it moved over; {@code otherwise} if the size of the queue is not known
     */
    int move(int value, int otherwise) {
        int moved =
                sizeEntries > 0 && value >= 0 && value < sizeEntries
                        ? (value - pointer + sizeEntries) % sizeEntries
                        : otherwise;
        pointer = value;
        return moved;
    }
}
