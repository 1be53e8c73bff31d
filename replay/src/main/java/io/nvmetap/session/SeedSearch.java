package io.nvmetap.session;

import io.nvmetap.cli.CliFailure;
import io.nvmetap.compare.Seeds;
import io.nvmetap.compare.Verdict;
import io.nvmetap.plan.Plan;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Perturbed replays, one seed after another, until one shows something. */
final class SeedSearch {
    /** Seeds one command tries at most. */
    static final long SEEDS_MAX = 100_000;

    private static final Pattern RANGE = Pattern.compile("(\\d{1,18})(?:\\.\\.(\\d{1,18}))?");
    private static final Pattern PLAIN = Pattern.compile("[A-Za-z0-9_./:=,@%+-]+");

    private final long first;
    private final long last;

    private SeedSearch(long first, long last) {
        this.first = first;
        this.last = last;
    }

    /**
     * Reads SEED or FIRST..LAST.
     *
     * @throws CliFailure if it is neither, or too many
     */
    static SeedSearch parse(String text) {
        Matcher range = RANGE.matcher(text);
        if (!range.matches()) {
            throw CliFailure.usage(
                    "--perturb " + text + " is no seed and no FIRST..LAST: two numbers from 0");
        }
        long first = Long.parseLong(range.group(1));
        long last = range.group(2) == null ? first : Long.parseLong(range.group(2));
        if (last < first || last - first >= SEEDS_MAX) {
            throw CliFailure.usage(
                    "--perturb " + text + " is not 1 to " + SEEDS_MAX + " seeds, counting up");
        }
        return new SeedSearch(first, last);
    }

    /** Options that say that the replay is perturbed. */
    ReplayOptions perturbed(ReplayOptions options) {
        return options.perturbedFrom(first);
    }

    /**
     * Replays until a seed shows something wrong with the driver.
     *
     * @return that one's verdict, or the last one's
     * @throws IOException if the environment fails
     */
    Verdict run(JudgedReplay replay, Plan plan, Conditions under) throws IOException {
        for (long seed = first; ; seed++) {
            Conditions perturbed = under.with(under.options().perturbedFrom(seed));
            Verdict verdict = replay.run(plan, perturbed);
            if (verdict.outcome().bad() || seed == last) {
                return verdict.with(new Seeds(seed, first, last));
            }
        }
    }

    /** The command line that repeats one seed. */
    static String again(List<String> args, long seed) {
        List<String> words = new ArrayList<>();
        for (int i = 0; i < args.size(); i++) {
            String word = args.get(i);
            boolean value = i > 0 && args.get(i - 1).equals("--perturb");
            if (value) {
                word = Long.toString(seed);
            } else if (word.startsWith("--perturb=")) {
                word = "--perturb=" + seed;
            }
            words.add(PLAIN.matcher(word).matches() ? word : quoted(word));
        }
        return "./nvmetap replay " + String.join(" ", words);
    }

    private static String quoted(String word) {
        return "'" + word.replace("'", "'\\''") + "'";
    }
}
