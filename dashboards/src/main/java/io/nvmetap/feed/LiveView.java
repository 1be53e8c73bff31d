package io.nvmetap.feed;

import java.util.List;

/**
 * What a page shows of now.
 *
 * @param nowMs wall clock, Unix milliseconds
 * @param connected the broker answers
 * @param problem why not, "" it does
 * @param perSecond events in the last whole second
 * @param history events a second, oldest first, up to {@link LiveState#HISTORY_S}
 * @param events events since the dashboard follows
 * @param lag messages in the topics that are not read yet
 * @param lost events lost, by what sessions say of themselves and by gaps
 * @param malformed messages that are neither event nor finding
 * @param open commands that are out
 * @param oldest the oldest of them that do not wait by their nature
 * @param sessions sessions that have not ended, hexadecimal
 * @param stalls stalls, the open ones first
 */
public record LiveView(
        long nowMs,
        boolean connected,
        String problem,
        long perSecond,
        List<Long> history,
        long events,
        long lag,
        long lost,
        long malformed,
        int open,
        List<OpenCommand> oldest,
        List<String> sessions,
        List<Stall> stalls) {}
