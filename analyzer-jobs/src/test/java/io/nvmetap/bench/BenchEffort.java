package io.nvmetap.bench;

/**
 * How much is measured.
 *
 * @param rounds times each way gets a JVM of its own
 * @param warmups iterations of each JVM that do not count
 * @param iterations iterations that may count: the best of them does
 * @param iterationMs time of one, where a call is shorter
 * @param operations I/O commands of the simulated recording
 */
public record BenchEffort(
        int rounds, int warmups, int iterations, int iterationMs, int operations) {
    /** What the figures of the page are taken with. */
    public static final BenchEffort WHOLE = new BenchEffort(3, 6, 3, 300, 60_000);

    /** The same with other rounds. */
    public BenchEffort withRounds(int number) {
        return new BenchEffort(number, warmups, iterations, iterationMs, operations);
    }

    /** The same with another recording. */
    public BenchEffort withOperations(int number) {
        return new BenchEffort(rounds, warmups, iterations, iterationMs, number);
    }
}
