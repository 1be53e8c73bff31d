package io.nvmetap.plan;

import io.nvmetap.event.CaptureStarted;
import io.nvmetap.event.InterruptKind;
import io.nvmetap.nvme.Sqe;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** What the planner has so far, within its bounds. */
final class PlanBuilder {
    private final PlanLimits limits;
    private final List<Stimulus> stimuli = new ArrayList<>();
    private final Map<Adaptation, Long> adaptations = new EnumMap<>(Adaptation.class);
    private final Map<Long, Integer> blockBytes = new HashMap<>();
    CaptureStarted header = CaptureStarted.unknown();
    int commands;
    long readsUnseen;
    int queueEntriesMax = 2;
    int queuesGranted = -1;
    long transferBytesMax;
    int memoryPageShiftMax;
    int commandSetsMax;
    int ioEntryBytes;
    private long pages;
    private long payloadBytes;
    private Plan.Unknown unknown;

    PlanBuilder(PlanLimits limits) {
        this.limits = limits;
    }

    void add(Stimulus stimulus) {
        if (stimuli.size() >= limits.stimuliMax()) {
            throw new PlanTooLargeException(limits.stimuliMax());
        }
        stimuli.add(stimulus);
    }

    boolean isEmpty() {
        return stimuli.isEmpty();
    }

    /** The last stimulus, if it is a poll: polls in a row are one. */
    Optional<Stimulus.PollStatus> lastPoll() {
        return !stimuli.isEmpty()
                        && stimuli.get(stimuli.size() - 1) instanceof Stimulus.PollStatus p
                ? Optional.of(p)
                : Optional.empty();
    }

    void replaceLast(Stimulus stimulus) {
        stimuli.set(stimuli.size() - 1, stimulus);
    }

    /** Place for a choice of interrupts that only later events settle. */
    int reserve(Moment at) {
        add(new Stimulus.ChooseInterrupts(at, InterruptKind.UNKNOWN, List.of()));
        return stimuli.size() - 1;
    }

    void settle(int place, InterruptKind kind, List<Integer> vectors) {
        stimuli.set(place, new Stimulus.ChooseInterrupts(stimuli.get(place).at(), kind, vectors));
    }

    void adapt(Adaptation adaptation) {
        adapt(adaptation, 1);
    }

    void adapt(Adaptation adaptation, long times) {
        if (times > 0) {
            adaptations.merge(adaptation, times, Long::sum);
        }
    }

    void stop(long seq, String reason) {
        if (unknown == null) {
            unknown = new Plan.Unknown(seq, reason);
        }
    }

    boolean stopped() {
        return unknown != null;
    }

    boolean keepsPages(int count) {
        pages += count;
        return pages <= limits.pagesMax();
    }

    boolean keepsPayload(int bytes) {
        if (payloadBytes + bytes > limits.payloadBytesMax()) {
            adapt(Adaptation.PAYLOAD_DROPPED);
            return false;
        }
        payloadBytes += bytes;
        return true;
    }

    /** An I/O command that succeeded tells of its namespace. */
    void learn(Exchange exchange) {
        if (exchange.admin() || exchange.nsid() == Sqe.NSID_ALL || exchange.nsid() == 0) {
            return;
        }
        boolean sized =
                Sqe.known(exchange.known(), Sqe.CDW12_OFFSET, 2) && exchange.dataBytes() > 0;
        int opcode = exchange.opcode();
        int block = 0;
        if (sized && (opcode == 1 || opcode == 2)) {
            block = (int) (exchange.dataBytes() / ((exchange.cdw(12) & 0xFFFF) + 1));
            transferBytesMax = Math.max(transferBytesMax, exchange.dataBytes());
        }
        if (blockBytes.size() < ControllerFacts.NAMESPACES_MAX) {
            blockBytes.merge(exchange.nsid(), block, Math::max);
        }
    }

    Plan build() {
        stimuli.removeIf(
                s ->
                        s instanceof Stimulus.Submit submit && submit.exchanges().isEmpty()
                                || s instanceof Stimulus.ChooseInterrupts choice
                                        && choice.kind() == InterruptKind.UNKNOWN);
        ControllerFacts facts =
                new ControllerFacts(
                        queueEntriesMax,
                        queuesGranted,
                        transferBytesMax,
                        blockBytes,
                        memoryPageShiftMax,
                        commandSetsMax,
                        ioEntryBytes);
        return new Plan(
                header,
                stimuli,
                commands,
                adaptations,
                facts,
                readsUnseen,
                Optional.ofNullable(unknown));
    }
}
