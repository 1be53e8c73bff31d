package io.nvmetap.rule;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class RulePagesTest {
    static java.util.List<Rule> rules() {
        return RuleSet.all();
    }

    @ParameterizedTest
    @MethodSource("rules")
    void shouldHaveAPageAndATestForEveryRule(Rule rule) throws IOException {
        String id = rule.info().id();
        String page = Files.readString(Path.of("../docs/rules", id + ".md"));
        assertThat(page)
                .contains("# " + id, "Smallest violating", "Nearest legal", "False positives");
        assertThat(Files.readString(Path.of("../docs/rules/README.md"))).contains(id + ".md");
        String test = rule.getClass().getName().replace('.', '/') + "Test.java";
        assertThat(Path.of("src/test/java", test)).exists();
        assertThat(id.replace("-", "")).isEqualToIgnoringCase(rule.getClass().getSimpleName());
    }
}
