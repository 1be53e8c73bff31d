package io.nvmetap;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

/**
 * The allowed edges between packages. A new edge is a decision: it is made here, or the build
 * fails.
 */
class HouseTest {
    private static final Map<String, Set<String>> ALLOWED =
            Map.ofEntries(
                    Map.entry("event", Set.of()),
                    Map.entry("nvme", Set.of()),
                    Map.entry("cli", Set.of()),
                    Map.entry("metrics", Set.of("cli")),
                    Map.entry("finding", Set.of("event")),
                    Map.entry("trace", Set.of("event")),
                    Map.entry("show", Set.of("cli", "event", "nvme", "trace")),
                    Map.entry("device", Set.of("event", "nvme")),
                    Map.entry("device.model", Set.of("device", "event", "nvme")),
                    Map.entry("device.vfiouser", Set.of("device", "event", "nvme")),
                    Map.entry("rig", Set.of("cli")),
                    Map.entry(
                            "live",
                            Set.of(
                                    "capture",
                                    "cli",
                                    "device",
                                    "device.model",
                                    "device.vfiouser",
                                    "event",
                                    "mediator",
                                    "metrics",
                                    "nvme")),
                    Map.entry(
                            "boot",
                            Set.of(
                                    "capture",
                                    "cli",
                                    "event",
                                    "live",
                                    "mediator",
                                    "metrics",
                                    "rig")),
                    Map.entry(
                            "proxy",
                            Set.of(
                                    "capture",
                                    "cli",
                                    "device",
                                    "device.vfiouser",
                                    "event",
                                    "metrics",
                                    "nvme",
                                    "trace")),
                    Map.entry(
                            "capture",
                            Set.of("broker", "cli", "device", "event", "metrics", "trace")),
                    Map.entry(
                            "bench",
                            Set.of(
                                    "capture",
                                    "cli",
                                    "device",
                                    "device.model",
                                    "event",
                                    "mediator",
                                    "nvme")),
                    Map.entry("process", Set.of()),
                    Map.entry("broker", Set.of("cli", "process", "trace")),
                    Map.entry("local", Set.of("broker", "cli", "process", "trace")),
                    Map.entry(
                            "mediator",
                            Set.of("capture", "device", "device.model", "event", "nvme")),
                    Map.entry("wire", Set.of("event", "nvme")),
                    Map.entry(
                            "agent",
                            Set.of(
                                    "broker", "capture", "cli", "event", "metrics", "trace",
                                    "wire")),
                    Map.entry("importer", Set.of("cli", "event", "nvme", "trace", "wire")),
                    Map.entry("demo", Set.of("cli", "event", "broker", "trace", "importer", "rig")),
                    Map.entry("history", Set.of("event", "finding", "nvme")),
                    Map.entry("rule", Set.of("event", "finding", "history", "nvme")),
                    Map.entry(
                            "report",
                            Set.of(
                                    "cli", "event", "finding", "metrics", "nvme", "rule", "show",
                                    "trace")),
                    Map.entry(
                            "job",
                            Set.of(
                                    "cli", "event", "finding", "metrics", "report", "rule",
                                    "trace")),
                    Map.entry("plan", Set.of("event", "nvme", "device", "trace")),
                    Map.entry(
                            "target",
                            Set.of(
                                    "capture",
                                    "device",
                                    "device.model",
                                    "device.vfiouser",
                                    "event",
                                    "mediator",
                                    "qtest")),
                    Map.entry("qtest", Set.of("device", "event", "nvme")),
                    Map.entry("script", Set.of("nvme")),
                    Map.entry(
                            "compare",
                            Set.of("cli", "event", "finding", "nvme", "plan", "device", "show")),
                    Map.entry(
                            "session",
                            Set.of(
                                    "capture",
                                    "cli",
                                    "compare",
                                    "device",
                                    "device.model",
                                    "device.vfiouser",
                                    "event",
                                    "finding",
                                    "nvme",
                                    "plan",
                                    "qtest",
                                    "script",
                                    "target",
                                    "trace",
                                    "mediator")),
                    Map.entry(
                            "shrink",
                            Set.of(
                                    "capture",
                                    "cli",
                                    "compare",
                                    "device",
                                    "event",
                                    "mediator",
                                    "nvme",
                                    "plan",
                                    "script",
                                    "session",
                                    "target",
                                    "trace")),
                    Map.entry(
                            "guest",
                            Set.of(
                                    "target",
                                    "capture",
                                    "device",
                                    "device.model",
                                    "event",
                                    "mediator",
                                    "nvme")),
                    Map.entry(
                            "corpus",
                            Set.of("cli", "device.model", "event", "guest", "mediator", "trace")),
                    Map.entry("timeline", Set.of("event", "nvme", "show", "trace")),
                    Map.entry("feed", Set.of("cli", "event", "finding", "nvme", "trace")),
                    Map.entry(
                            "server",
                            Set.of(
                                    "cli",
                                    "event",
                                    "feed",
                                    "finding",
                                    "metrics",
                                    "nvme",
                                    "show",
                                    "timeline",
                                    "trace")),
                    Map.entry("export", Set.of("cli", "event", "nvme", "show", "trace")));

    private static JavaClasses classes() {
        return new ClassFileImporter()
                .importPaths(
                        List.of("schema", "capture-agent", "replay", "analyzer-jobs", "dashboards")
                                .stream()
                                .map(m -> Path.of("..", m, "target", "classes"))
                                .toList());
    }

    private static String room(String packageName) {
        String inside = packageName.substring("io.nvmetap".length()).replaceFirst("^\\.", "");
        if (inside.startsWith("device.")) {
            return inside;
        }
        int dot = inside.indexOf('.');
        return dot < 0 ? inside : inside.substring(0, dot);
    }

    @Test
    void shouldHaveNoEdgeBetweenRoomsThatIsNotListed() {
        Map<String, Set<String>> surplus = new TreeMap<>();
        for (JavaClass c : classes()) {
            String from = room(c.getPackageName());
            c.getDirectDependenciesFromSelf()
                    .forEach(
                            d -> {
                                String target = d.getTargetClass().getPackageName();
                                if (!target.startsWith("io.nvmetap")) {
                                    return;
                                }
                                String to = room(target);
                                boolean ok =
                                        to.equals(from)
                                                || ALLOWED.getOrDefault(from, Set.of())
                                                        .contains(to);
                                if (!ok) {
                                    surplus.computeIfAbsent(from, k -> new TreeSet<>()).add(to);
                                }
                            });
        }
        assertThat(surplus).isEmpty();
    }

    @Test
    void shouldHaveNoCycleBetweenRooms() {
        slices().matching("io.nvmetap.(*)..").should().beFreeOfCycles().check(classes());
    }

    @Test
    void shouldKeepFlinkAndKafkaOutOfThePureCore() {
        noClasses()
                .that()
                .resideInAnyPackage(
                        "io.nvmetap.history..",
                        "io.nvmetap.rule..",
                        "io.nvmetap.report..",
                        "io.nvmetap.event..",
                        "io.nvmetap.nvme..",
                        "io.nvmetap.finding..",
                        "io.nvmetap.device..",
                        "io.nvmetap.mediator..")
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage("org.apache.flink..", "org.apache.kafka..", "org.apache.avro..")
                .check(classes());
    }
}
