package io.nvmetap.cli;

import java.io.PrintStream;
import java.util.Locale;
import java.util.function.LongSupplier;

/**
 * How far long work has come: one line on a terminal's standard error, written over itself, gone at
 * the end. Nothing is shown of work that ends within a second, and nothing where there is no
 * terminal.
 */
public final class Progress implements AutoCloseable {
    /** Nobody looks. */
    public static final Progress NONE = new Progress(null, () -> 0);

    static final long FIRST_NS = 1_000_000_000;
    static final long EVERY_NS = 200_000_000;
    private static final int BAR = 30;
    private static final int CALLS = 1 << 10;

    private final PrintStream out;
    private final LongSupplier clockNs;
    private String what = "";
    private long total;
    private long nextNs;
    private int calls;
    private boolean shown;

    /**
     * @param out the terminal; null: nothing is shown
     * @param clockNs monotonic time
     */
    public Progress(PrintStream out, LongSupplier clockNs) {
        this.out = out;
        this.clockNs = clockNs;
    }

    /** On standard error if the launcher said in NVMETAP_PROGRESS that it is a terminal. */
    public static Progress onTerminal() {
        boolean terminal = System.getenv().containsKey("NVMETAP_PROGRESS");
        return terminal ? new Progress(System.err, System::nanoTime) : NONE;
    }

    /**
     * Work begins.
     *
     * @param name one word
     * @param units of it in all; 0 not known
     */
    public void begin(String name, long units) {
        what = name;
        total = units;
        calls = 0;
        nextNs = clockNs.getAsLong() + FIRST_NS;
    }

    /** So many units are done. The clock is asked once in a thousand calls. */
    public void at(long done) {
        if (out == null || calls++ % CALLS != 0 || clockNs.getAsLong() < nextNs) {
            return;
        }
        nextNs = clockNs.getAsLong() + EVERY_NS;
        shown = true;
        out.print("\r" + line(done));
        out.flush();
    }

    private String line(long done) {
        if (total <= 0) {
            return String.format(Locale.ROOT, "%-9s %,d", what, done);
        }
        int share = (int) (100 * Math.min(done, total) / total);
        int full = BAR * share / 100;
        return String.format(
                "%-9s [%s%s] %3d %%", what, "#".repeat(full), ".".repeat(BAR - full), share);
    }

    /** Work has ended; the line goes. */
    @Override
    public void close() {
        if (shown) {
            out.print("\r\u001B[K");
            out.flush();
            shown = false;
        }
    }
}
