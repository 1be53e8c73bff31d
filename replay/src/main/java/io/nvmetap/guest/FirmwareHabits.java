package io.nvmetap.guest;

import java.util.List;

/**
 * How a firmware driver drives, as seen in recordings of the real ones.
 *
 * @param adminEntries entries of both admin queues
 * @param pairs I/O queue pairs, in the order in which they are created
 * @param interruptsEnabled IEN of its completion queues, though it polls
 * @param priority QPRIO of its submission queues
 * @param asksFirst Set Features 07h is its first command
 * @param identifyTimes how often it asks for each namespace
 * @param identifyOffset offset of the Identify buffer in its page
 * @param blocksMax longest transfer, blocks
 * @param timeoutNs after which it resets the controller
 * @param shutsDown notifies the controller at the end
 */
record FirmwareHabits(
        int adminEntries,
        List<Pair> pairs,
        boolean interruptsEnabled,
        int priority,
        boolean asksFirst,
        int identifyTimes,
        int identifyOffset,
        int blocksMax,
        long timeoutNs,
        boolean shutsDown) {
    /** Sizes of one pair. */
    record Pair(int cqEntries, int sqEntries) {}

    private static final long SECONDS = 1_000_000_000L;

    /** EDK2: the second pair is for its asynchronous interface and idles. */
    static final FirmwareHabits EDK2 =
            new FirmwareHabits(
                    2,
                    List.of(new Pair(2, 2), new Pair(256, 64)),
                    false,
                    0,
                    false,
                    2,
                    24,
                    128,
                    5 * SECONDS,
                    false);

    /** SeaBIOS. */
    static final FirmwareHabits SEABIOS =
            new FirmwareHabits(
                    256,
                    List.of(new Pair(256, 256)),
                    false,
                    0,
                    false,
                    1,
                    0,
                    127,
                    5 * SECONDS,
                    false);

    /** U-Boot: sets priority bits that nobody asked for. */
    static final FirmwareHabits UBOOT =
            new FirmwareHabits(
                    2, List.of(new Pair(2, 2)), true, 2, true, 1, 0, 64, 5 * SECONDS, false);
}
