package io.nvmetap.job;

import java.util.HashMap;
import java.util.Map;
import org.apache.flink.api.java.functions.KeySelector;
import org.apache.flink.api.java.tuple.Tuple2;
import org.apache.flink.runtime.state.KeyGroupRangeAssignment;

/**
 * Key of a share of an event: session, controller and share, with a number behind that puts the
 * shares of one controller into key groups as far from each other as there are. So they run in
 * different subtasks whenever there are as many of these, and stay what they are when the job goes
 * on with more or fewer.
 */
final class ShareKey implements KeySelector<Tuple2<Integer, byte[]>, String> {
    private static final long serialVersionUID = 1L;

    /** Key groups of the job: its largest parallelism. */
    static final int GROUPS = 128;

    /** Controllers whose keys are remembered. */
    static final int KNOWN_MAX = 4_096;

    private static final char SEPARATOR = '#';

    private final EventKey whole = new EventKey();
    private final int shares;
    private transient Map<String, String[]> known;

    /**
     * @param shares of each event
     */
    ShareKey(int shares) {
        this.shares = shares;
    }

    @Override
    public String getKey(Tuple2<Integer, byte[]> share) {
        if (known == null || known.size() > KNOWN_MAX) {
            known = new HashMap<>();
        }
        return known.computeIfAbsent(whole.getKey(share.f1), this::keys)[share.f0];
    }

    private String[] keys(String controller) {
        String[] keys = new String[shares];
        int first = group(controller);
        for (int share = 0; share < shares; share++) {
            int wanted = (first + share * GROUPS / shares) % GROUPS;
            int salt = 0;
            do {
                keys[share] = controller + SEPARATOR + share + SEPARATOR + salt++;
            } while (group(keys[share]) != wanted);
        }
        return keys;
    }

    private static int group(String key) {
        return KeyGroupRangeAssignment.assignToKeyGroup(key, GROUPS);
    }

    /** Session and controller of a share's key. */
    static String whole(String key) {
        return key.substring(0, key.indexOf(SEPARATOR));
    }
}
