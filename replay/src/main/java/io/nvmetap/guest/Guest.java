package io.nvmetap.guest;

/** A guest driver that runs from power-on or take-over until it lets go. */
interface Guest {
    /**
     * Runs; what it counts is in the machine's tally.
     *
     * @throws GuestStuckException if it cannot go on
     */
    void run();
}
