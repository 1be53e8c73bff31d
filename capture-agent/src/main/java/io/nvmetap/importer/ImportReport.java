package io.nvmetap.importer;

import java.util.SortedMap;

/**
 * What an import did.
 *
 * @param lines lines read
 * @param events events made
 * @param foreign lines that are no NVMe trace line, or are about other devices
 * @param folded trace lines that repeat or complete another
 * @param ghosts commands finished by the emulator after their queue was gone
 * @param unparsed NVMe trace lines this version does not know, by name
 * @param mixedControllers "" or why several controllers seem mixed
 * @param firmware who enabled the controller, in order, without repeats
 */
public record ImportReport(
        long lines,
        long events,
        long foreign,
        long folded,
        long ghosts,
        SortedMap<String, Long> unparsed,
        String mixedControllers,
        java.util.List<String> firmware) {}
