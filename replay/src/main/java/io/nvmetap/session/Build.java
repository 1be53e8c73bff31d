package io.nvmetap.session;

import io.nvmetap.plan.Plan;
import java.io.IOException;

/** A build of a driver as {@code --driver} names it: a plan can be run into it. */
interface Build {
    /**
     * Runs the plan, once.
     *
     * @param under how; a field this build cannot serve was refused by {@link #refuses}
     * @throws IOException if the environment fails; what the build does wrong is in the verdict
     */
    Replayed replay(Plan plan, Conditions under) throws IOException;

    /** Why this build cannot be replayed under these conditions, "" it can. */
    String refuses(Conditions under);
}
