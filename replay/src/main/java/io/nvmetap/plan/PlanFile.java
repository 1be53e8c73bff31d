package io.nvmetap.plan;

import io.nvmetap.event.CapturedEvent;
import io.nvmetap.trace.Damage;
import io.nvmetap.trace.TraceReader;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Optional;

/**
 * A plan made of a trace file.
 *
 * @param plan what can be replayed
 * @param damage where and how the file is damaged, one clause; the plan ends there
 */
public record PlanFile(Plan plan, Optional<String> damage) {
    /**
     * Reads the first controller's part of a trace file.
     *
     * @throws IOException if it cannot be read, or is too large for a plan; the message names it
     */
    public static PlanFile read(Path trace) throws IOException {
        Planner planner = new Planner(0, PlanLimits.DEFAULT);
        CapturedEvent event = new CapturedEvent();
        try (TraceReader reader = TraceReader.open(trace)) {
            while (reader.next(event)) {
                planner.accept(event);
            }
            Optional<Damage> damage = reader.damage();
            if (damage.isPresent()) {
                planner.stop(reader.events(), "the file is damaged there");
            }
            return new PlanFile(planner.plan(), damage.map(d -> trace + ": " + d.describe()));
        } catch (PlanTooLargeException e) {
            throw new IOException(trace + ": " + e.getMessage(), e);
        }
    }
}
