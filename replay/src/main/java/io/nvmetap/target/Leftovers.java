package io.nvmetap.target;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * Ends whatever a driver's command started: children, and what left its parents and its session.
 * They inherit a mark in their environment, by which they are found in /proc.
 */
final class Leftovers {
    /** Looks for more until none is found, this often at most: somebody may be forking. */
    static final int ROUNDS_MAX = 20;

    private static final String VARIABLE = "NVMETAP_DRIVER";
    private static final long END_PATIENCE_MS = 500;

    private final String mark;

    /**
     * @param mark nobody else has it
     */
    Leftovers(String mark) {
        this.mark = mark;
    }

    void mark(Map<String, String> environment) {
        environment.put(VARIABLE, mark);
    }

    /**
     * @param known processes to end besides
     */
    void end(List<ProcessHandle> known) {
        List<ProcessHandle> left = new ArrayList<>(known);
        left.addAll(marked());
        for (int round = 0; round < ROUNDS_MAX && !left.isEmpty(); round++) {
            left.forEach(ProcessHandle::destroyForcibly);
            left.forEach(Leftovers::await);
            left = marked();
        }
    }

    private List<ProcessHandle> marked() {
        return ProcessHandle.allProcesses().filter(this::isMarked).toList();
    }

    private boolean isMarked(ProcessHandle process) {
        try {
            Path file = Path.of("/proc/" + process.pid() + "/environ");
            String environment = Files.readString(file, StandardCharsets.ISO_8859_1);
            return ('\0' + environment).contains('\0' + VARIABLE + '=' + mark + '\0');
        } catch (IOException notOurs) {
            // Somebody else's, or ended meanwhile.
            return false;
        }
    }

    private static void await(ProcessHandle process) {
        try {
            process.onExit().get(END_PATIENCE_MS, TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (ExecutionException | TimeoutException late) {
            // The next round looks again.
        }
    }
}
