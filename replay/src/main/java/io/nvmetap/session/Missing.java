package io.nvmetap.session;

import io.nvmetap.plan.Answer;

/** Says how far a command got whose completion did not come. */
final class Missing {
    private Missing() {}

    static String describe(Submitted command, ReplayGuest guest, long deadlineNs) {
        int cqid = command.exchange.answer().map(Answer::cqid).orElse(0);
        boolean half =
                guest.completionRing(cqid).map(CompletionRing::storedWithoutPhase).orElse(false);
        String where;
        if (half) {
            where = "its entry was stored without the phase tag";
        } else if (command.atController.postedOrder >= 0) {
            where = "the controller completed it and the driver did not pass it on";
        } else if (command.atController.received) {
            where = "the controller has it";
        } else if (guest.blind()) {
            where = "nobody knows how far it got";
        } else {
            String instead = guest.unexpected();
            where =
                    "the driver never gave it to the controller"
                            + (instead.isEmpty() ? "" : ", which got " + instead);
        }
        return command.exchange.describe()
                + ": no completion within "
                + deadlineNs / 1_000_000_000.0
                + " s, recorded one; "
                + where
                + (guest.lost().isEmpty() ? "" : "; " + guest.lost());
    }
}
