package io.nvmetap.importer;

import java.util.ArrayList;
import java.util.List;

/** First look at a kernel's log: which controllers are in it, and when it begins. */
final class FtraceSurvey {
    /** Controllers of one log; lines of others are left out. */
    static final int CONTROLLERS_MAX = 64;

    private final List<Integer> instances = new ArrayList<>();
    private long firstNs = Long.MAX_VALUE;

    void look(FtraceLine l) {
        switch (l.kind) {
            case SETUP, COMPLETE, SQ, ASYNC_EVENT -> {
                firstNs = Math.min(firstNs, l.timeNs);
                if (!instances.contains(l.instance) && instances.size() < CONTROLLERS_MAX) {
                    instances.add(l.instance);
                }
            }
            default -> {
                // Tells of no controller.
            }
        }
    }

    /**
     * @return index of a controller in the order of first appearance, -1 for one too many
     */
    int index(int instance) {
        return instances.indexOf(instance);
    }

    List<Integer> instances() {
        return List.copyOf(instances);
    }

    /**
     * @return time of the first event, the kernel's clock
     */
    long firstNs() {
        return firstNs;
    }

    boolean empty() {
        return instances.isEmpty();
    }
}
