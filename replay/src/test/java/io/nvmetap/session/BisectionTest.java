package io.nvmetap.session;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;

class BisectionTest {
    private static Bisection search(long good, long bad, Map<Long, Bisection.Answer> answers) {
        Bisection search = new Bisection(good, bad);
        int tries = 0;
        for (OptionalLong next = search.next(); next.isPresent(); next = search.next()) {
            assertThat(++tries).isLessThanOrEqualTo(20);
            search.answer(next.getAsLong(), answers.get(next.getAsLong()));
        }
        return search;
    }

    private static Map<Long, Bisection.Answer> builds(long from, long to, long firstBad) {
        Map<Long, Bisection.Answer> answers = new java.util.HashMap<>();
        for (long build = from; build <= to; build++) {
            answers.put(build, build < firstBad ? Bisection.Answer.GOOD : Bisection.Answer.BAD);
        }
        return answers;
    }

    @Test
    void shouldFindEachPlace() {
        for (long firstBad = 2; firstBad <= 16; firstBad++) {
            Bisection search = search(1, 16, builds(1, 16, firstBad));
            assertThat(search.certain()).isTrue();
            assertThat(search.firstKnownBad()).isEqualTo(firstBad);
        }
    }

    @Test
    void shouldFindTheOldestGoodOneWhenBuildsRunBackwards() {
        Map<Long, Bisection.Answer> answers = builds(1, 16, 17);
        answers.put(1L, Bisection.Answer.BAD);
        answers.put(2L, Bisection.Answer.BAD);
        answers.put(3L, Bisection.Answer.BAD);
        assertThat(search(16, 1, answers).firstKnownBad()).isEqualTo(3);
    }

    @Test
    void shouldPassOverABuildThatSaysNothing() {
        Map<Long, Bisection.Answer> answers = builds(1, 16, 11);
        answers.put(8L, Bisection.Answer.SKIP);
        answers.put(12L, Bisection.Answer.SKIP);
        assertThat(search(1, 16, answers).firstKnownBad()).isEqualTo(11);
        assertThat(search(1, 16, answers).certain()).isTrue();
    }

    @Test
    void shouldNotGuessBetweenBuildsThatSayNothing() {
        Map<Long, Bisection.Answer> answers = builds(1, 16, 11);
        answers.put(10L, Bisection.Answer.SKIP);
        answers.put(9L, Bisection.Answer.SKIP);
        Bisection search = search(1, 16, answers);
        assertThat(search.certain()).isFalse();
        assertThat(search.lastGood()).isEqualTo(8);
        assertThat(search.firstKnownBad()).isEqualTo(11);
    }

    @Test
    void shouldNeedNoTryBetweenNeighbours() {
        assertThat(new Bisection(4, 5).next()).isEmpty();
    }
}
