package io.nvmetap.device.model;

import io.nvmetap.device.GuestMemory;
import io.nvmetap.device.InterruptSink;
import io.nvmetap.device.Timeline;
import io.nvmetap.nvme.Registers;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;

/** What the parts of one modelled controller share. */
final class ModelState {
    final ControllerProfile profile;
    final List<NamespaceStore> namespaces;
    final Timeline timeline;
    final FaultPlan faults;
    final Set<Quirk> quirks;
    final ModelKnobs knobs;
    final SplittableRandom jitter;

    GuestMemory memory;
    InterruptSink sink;
    ModelObserver observer = ModelObserver.NONE;

    /** Counts resets: work that was scheduled before one does not happen after it. */
    private long epoch;

    int cc;
    boolean ready;
    boolean fatal;

    /** It did not wake: nobody answers on the bus until a function reset. */
    boolean gone;

    final Wear wear;
    final PowerStates power;

    ModelState(
            ControllerProfile profile,
            List<NamespaceStore> namespaces,
            Timeline timeline,
            long seed,
            Set<ControllerFault> faults) {
        this.profile = profile;
        this.namespaces = List.copyOf(namespaces);
        this.timeline = timeline;
        this.knobs = profile.knobs();
        this.faults = new FaultPlan(faults, knobs.faultEvery(), seed);
        this.wear = new Wear(this.faults.has(ControllerFault.DRIVE_WEAR_SLOWDOWN));
        this.power = new PowerStates(this);
        this.jitter = new SplittableRandom(seed);
        this.quirks = EnumSet.noneOf(Quirk.class);
        this.quirks.addAll(profile.quirks());
        force(ControllerFault.SQ_CQ_DOORBELL_PAIR_RACE, Quirk.PAIRED_DOORBELLS);
        force(ControllerFault.APPLE_UNACKED_CQE_STALL, Quirk.UNACKED_CQE_STALL);
        force(ControllerFault.APPLE_BUFFER_REUSE_STALL, Quirk.BUFFER_REUSE_STALL);
        force(ControllerFault.MSIX_UNMASK_NOT_FLUSHED, Quirk.POSTED_MASK_WRITES);
    }

    private void force(ControllerFault fault, Quirk quirk) {
        if (faults.has(fault)) {
            quirks.add(quirk);
        }
    }

    boolean has(Quirk quirk) {
        return quirks.contains(quirk);
    }

    long nowNs() {
        return timeline.nowNs();
    }

    int pageSize() {
        return Registers.ccPageSize(cc);
    }

    /** Runs work later, unless the controller is reset before. */
    void later(long delayNs, Runnable work) {
        long then = epoch;
        timeline.after(
                delayNs,
                () -> {
                    if (epoch == then) {
                        work.run();
                    }
                });
    }

    /** Forgets all scheduled work. */
    void newEpoch() {
        epoch++;
    }

    /** The controller dies: nothing is fetched or posted until reset, CSTS.CFS tells. */
    void die(String why, int qid, int cid) {
        if (!fatal) {
            fatal = true;
            observer.struck(nowNs(), why, qid, cid);
        }
    }

    /** Whether commands are served. */
    boolean working() {
        return ready && !fatal;
    }

    /** The namespace, or null if there is none of that id. */
    NamespaceStore namespace(long nsid) {
        return nsid >= 1 && nsid <= namespaces.size() ? namespaces.get((int) nsid - 1) : null;
    }
}
