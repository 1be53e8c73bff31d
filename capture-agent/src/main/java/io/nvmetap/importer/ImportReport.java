package io.nvmetap.importer;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * What an import did.
 *
 * @param lines lines read
 * @param events events made
 * @param foreign lines that are no trace line
 * @param unused trace lines of other devices, or that tell nothing clear
 * @param folded trace lines that repeat or complete another
 * @param ghosts commands finished by the emulator after their queue was gone
 * @param unmatched completions of which the command is not known
 * @param unparsed NVMe trace lines that this version does not know or that are damaged, by name
 * @param mixedControllers "" or why several controllers seem mixed
 * @param drivers who enabled the controller, one an enable, "unknown" where it cannot be told
 */
public record ImportReport(
        long lines,
        long events,
        long foreign,
        long unused,
        long folded,
        long ghosts,
        long unmatched,
        SortedMap<String, Long> unparsed,
        String mixedControllers,
        List<String> drivers) {
    public ImportReport {
        unparsed = Collections.unmodifiableSortedMap(new TreeMap<>(unparsed));
        drivers = List.copyOf(drivers);
    }

    /**
     * @return nothing in the input was an NVMe trace line
     */
    public boolean nothingFound() {
        return lines == foreign + unused;
    }

    /**
     * @return who enabled the controller, in order, repeats left out
     */
    public List<String> driversInTurn() {
        List<String> turns = new ArrayList<>();
        for (String d : drivers) {
            if (turns.isEmpty() || !turns.get(turns.size() - 1).equals(d)) {
                turns.add(d);
            }
        }
        return turns;
    }
}
