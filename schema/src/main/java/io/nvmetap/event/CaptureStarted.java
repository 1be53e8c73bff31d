package io.nvmetap.event;

import java.io.Serializable;
import java.util.Collections;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;

/**
 * First event of a session: what was captured, by whom, and what the source cannot see.
 *
 * @param wallClockMs Unix milliseconds at timeNs zero
 * @param timeResolutionNs smallest difference between two times that means anything
 * @param machine machine, "" not known
 * @param firmware firmware, "" not known
 * @param os operating system, "" not known
 * @param mediatorName "" if no mediator stood between: device side actions are then the guest's
 * @param mediatorVersion version of the mediator
 * @param mediatorBuild build of the mediator
 * @param source "mediator", "qemu-log", "ftrace", "proxy" or "tap"
 * @param unseen what the source cannot see
 * @param mixedControllers not "": why events of several controllers cannot be told apart here
 * @param controllers controllers, indexed by the events' controller field
 * @param payloadPolicy payload kept
 */
public record CaptureStarted(
        long wallClockMs,
        long timeResolutionNs,
        String machine,
        String firmware,
        String os,
        String mediatorName,
        String mediatorVersion,
        String mediatorBuild,
        String source,
        Set<Unseen> unseen,
        String mixedControllers,
        List<ControllerInfo> controllers,
        PayloadPolicy payloadPolicy)
        implements Serializable {
    public CaptureStarted {
        EnumSet<Unseen> none = EnumSet.noneOf(Unseen.class);
        // Asked for several times an event: an EnumSet answers with one AND.
        none.addAll(unseen);
        unseen = Collections.unmodifiableSet(none);
        controllers = List.copyOf(controllers);
    }

    /** A header in which nothing is known, for a stream joined in the middle. */
    public static CaptureStarted unknown() {
        return new CaptureStarted(
                0,
                1,
                "",
                "",
                "",
                "",
                "",
                "",
                "unknown",
                Set.of(Unseen.OTHER),
                "",
                List.of(ControllerInfo.unknown()),
                PayloadPolicy.ADMIN);
    }

    /**
     * @return a mediator stood between guest and controller
     */
    public boolean mediated() {
        return !mediatorName.isEmpty();
    }

    /**
     * @param what something a rule needs
     * @return the source can see it
     */
    public boolean sees(Unseen what) {
        return !unseen.contains(what);
    }
}
