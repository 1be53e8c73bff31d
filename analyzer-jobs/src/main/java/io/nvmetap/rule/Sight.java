package io.nvmetap.rule;

import io.nvmetap.event.Unseen;
import io.nvmetap.history.History;
import io.nvmetap.history.Profiles;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;

/**
 * What a recording must show for a rule to be decided, and the words for what is missing: the first
 * that was asked for and is not there. Immutable; a rule has one for good, so each step makes a new
 * one.
 */
public final class Sight {
    /** Every recording will do. */
    public static final Sight ANY = new Sight(0, List.of());

    private record Need(Predicate<History> shown, String otherwise) {}

    /** As {@link History#shows} takes it: what it alone can answer. */
    private final long bits;

    private final List<Need> needs;

    /** Something is asked for that is not in {@link #bits}. */
    private final boolean more;

    private Sight(long bits, List<Need> needs) {
        this.bits = bits;
        this.needs = needs;
        this.more = needs.size() > Long.bitCount(bits);
    }

    private Sight and(long bit, Predicate<History> shown, String otherwise) {
        List<Need> all = new ArrayList<>(needs);
        all.add(new Need(shown, otherwise));
        return new Sight(bits | bit, List.copyOf(all));
    }

    /** A mediator stood between guest and controller. */
    public Sight mediated() {
        return mediated("no mediator stood between guest and controller");
    }

    /** The same, in words of what no mediator did. */
    public Sight mediated(String otherwise) {
        return and(History.MEDIATED, h -> h.header.mediated(), otherwise);
    }

    /** The source sees all of these. */
    public Sight sees(Unseen... things) {
        Sight all = this;
        for (Unseen thing : things) {
            String otherwise = without(thing);
            all = all.and(History.bit(thing), h -> h.header.sees(thing), otherwise);
        }
        return all;
    }

    /** Both sides of the mediator are seen. */
    public Sight bothSides() {
        return sees(Unseen.GUEST_SIDE, Unseen.DEVICE_SIDE);
    }

    /** The controller is known to be one of Apple's. */
    public Sight apple() {
        return when(Profiles::isApple, "the controller is not known to be one of Apple's");
    }

    /** The controller is known to be Apple's ANS2. */
    public Sight ans2() {
        return when(Profiles::isAns2, "the controller is not known to be Apple's ANS2");
    }

    /**
     * Anything else.
     *
     * @param otherwise why the rule cannot be decided without it
     */
    public Sight when(Predicate<History> shown, String otherwise) {
        return and(0, shown, otherwise);
    }

    /**
     * @return "" or what is missing
     */
    public String missing(History h) {
        if (!more && h.shows(bits)) {
            return "";
        }
        for (Need need : needs) {
            if (!need.shown.test(h)) {
                return need.otherwise;
            }
        }
        return "";
    }

    private static String without(Unseen thing) {
        return switch (thing) {
            case REAL_TIME -> "times are those of an emulation";
            case OTHER -> "the source cannot see enables";
            case REGISTER_READ_VALUES -> "the source cannot see values of register reads";
            case SQE_FIELDS -> "the source cannot see whole commands";
            case CQE_SQHD -> "the source cannot see SQHD of completions";
            case CQE_PHASE -> "the source cannot see phase tags of completions";
            case CQE_SQID -> "the source cannot see SQID of completions";
            case GUEST_SIDE -> "the source cannot see the guest side";
            case DEVICE_SIDE -> "the source cannot see the device side";
            case MSIX_TABLE -> "the source cannot see interrupt masks";
            case INTERRUPT_DELIVERY -> "the source cannot see whether interrupts arrive";
            case CPU -> "the source cannot see which CPU acts";
            case STORES -> "the source cannot see single stores";
            case LOCKS -> "the source cannot see locks";
            case PAYLOAD -> "the source cannot see data";
            case CONTROLLER_IDENTITY -> "the source cannot see which controller it is";
            case DECISIONS -> "the source cannot see decisions";
            case RESETS -> "the source cannot see resets begin and end";
            case PCI_CONFIG -> "the source cannot see PCI configuration";
            case SLOTS -> "the source cannot see the slots of queues";
        };
    }
}
