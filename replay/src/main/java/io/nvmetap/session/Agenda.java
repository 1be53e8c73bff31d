package io.nvmetap.session;

import io.nvmetap.nvme.Opcodes;
import io.nvmetap.plan.Answer;
import io.nvmetap.plan.Exchange;
import io.nvmetap.plan.Stimulus;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;

/**
 * What the guest does next, and which of it may change places. Submissions and acknowledgements of
 * different queues, and the two doorbells of one pair, are free of each other (NVMe over PCIe
 * Transport 1.0, 3.1.2), as long as neither answers what the other caused; everything else stays
 * where it was recorded.
 */
final class Agenda {
    /** Admin commands that change nothing and may be sent a little sooner or later. */
    private static final Set<Integer> HARMLESS =
            Set.of(
                    Opcodes.ADMIN_IDENTIFY,
                    Opcodes.ADMIN_GET_LOG_PAGE,
                    Opcodes.ADMIN_GET_FEATURES,
                    Opcodes.ADMIN_ASYNC_EVENT_REQUEST);

    private final List<Stimulus> stimuli;
    private final List<Stimulus> ahead = new ArrayList<>();
    private int next;
    private int overtaken;

    Agenda(List<Stimulus> stimuli) {
        this.stimuli = stimuli;
        fill();
    }

    private void fill() {
        while (ahead.size() < Perturbation.WINDOW && next < stimuli.size()) {
            ahead.add(stimuli.get(next++));
        }
    }

    boolean isEmpty() {
        return ahead.isEmpty();
    }

    /** The first that is left. */
    Stimulus head() {
        return ahead.get(0);
    }

    /** Takes the first. */
    Stimulus take() {
        overtaken = 0;
        return remove(0);
    }

    /** Takes another, before the first. */
    Stimulus overtake(int index) {
        overtaken++;
        return remove(index);
    }

    private Stimulus remove(int index) {
        Stimulus taken = ahead.remove(index);
        fill();
        return taken;
    }

    /** Whether the first was overtaken as often as it may be. */
    boolean headIsLate() {
        return overtaken >= Perturbation.OVERTAKEN_MAX;
    }

    /**
     * Indexes of those that may go before the first.
     *
     * @param ready whether what one waits for has come
     */
    List<Integer> free(Predicate<Stimulus> ready) {
        List<Integer> free = new ArrayList<>();
        for (int i = 1; i < ahead.size() && movable(ahead.get(i - 1)); i++) {
            Stimulus candidate = ahead.get(i);
            boolean passes = movable(candidate) && ready.test(candidate);
            for (int before = 0; passes && before < i; before++) {
                passes = commute(ahead.get(before), candidate);
            }
            if (passes) {
                free.add(i);
            }
        }
        return free;
    }

    /** Whether it may change places at all. */
    static boolean movable(Stimulus stimulus) {
        if (stimulus instanceof Stimulus.Submit submit) {
            return submit.sqid() != 0
                    || submit.exchanges().stream().allMatch(e -> HARMLESS.contains(e.opcode()));
        }
        return stimulus instanceof Stimulus.Acknowledge;
    }

    private static boolean commute(Stimulus first, Stimulus second) {
        if (first instanceof Stimulus.Submit submit) {
            return !(second instanceof Stimulus.Submit other && other.sqid() == submit.sqid())
                    && submit.exchanges().stream().noneMatch(e -> answeredBefore(e, second));
        }
        return first instanceof Stimulus.Acknowledge acknowledge
                && !(second instanceof Stimulus.Acknowledge other
                        && other.cqid() == acknowledge.cqid());
    }

    private static boolean answeredBefore(Exchange exchange, Stimulus second) {
        Optional<Answer> answer = exchange.answer();
        return answer.isPresent() && answer.get().at().seq() < second.at().seq();
    }
}
