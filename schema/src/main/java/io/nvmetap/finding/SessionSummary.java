package io.nvmetap.finding;

import java.util.List;

/**
 * Last word on a session: everything before it has been judged.
 *
 * @param session hexadecimal session id
 * @param events events judged
 * @param lost events known to be lost
 * @param violated findings VIOLATED
 * @param unknown rules that could not decide
 * @param holds rules that hold
 * @param story what happened, one line each
 * @param quirks what controller and firmware need, one line each
 */
public record SessionSummary(
        String session,
        long events,
        long lost,
        int violated,
        int unknown,
        int holds,
        List<String> story,
        List<String> quirks) {
    public SessionSummary {
        story = List.copyOf(story);
        quirks = List.copyOf(quirks);
    }
}
