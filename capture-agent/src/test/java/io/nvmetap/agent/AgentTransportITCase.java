package io.nvmetap.agent;

import static org.assertj.core.api.Assertions.assertThat;

import io.nvmetap.agent.CPrograms.Compiler;
import io.nvmetap.event.CapturedEvent;
import io.nvmetap.event.EventKind;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A mediator in C and the agent, over every way bytes can go. */
class AgentTransportITCase {
    private static final Pattern MADE = Pattern.compile("made (\\d+) kept (\\d+) dropped (\\d+)");

    /** Bytes of a UNIX socket's path are few, a test's folder may have a long one. */
    @TempDir Path folder;

    @ParameterizedTest
    @ValueSource(strings = {"unix", "tcp", "udp", "shm", "serial"})
    void shouldRecordTheSampleMediatorWhole(String way) throws Exception {
        String sample =
                CPrograms.with(Compiler.GCC, folder)
                        .build("sample", List.of("-O2"), "mediator")
                        .toString();
        Path trace = folder.resolve("t.avro");
        talk(way, trace, List.of(sample, "WHERE", "0", "10"));
        List<CapturedEvent> events = AgentRun.events(trace);
        assertThat(events.get(0).kind).isEqualTo(EventKind.CAPTURE_STARTED);
        assertThat(events.get(0).header.mediatorName()).isEqualTo("sample-mediator");
        assertThat(events.get(0).header.controllers().get(0).serialHash()).hasSize(16);
        assertThat(events.get(events.size() - 1).label).isEqualTo("the guest shut down");
        assertThat(count(events, EventKind.COMMAND_FETCHED)).isEqualTo(10 * 2 * 2 * 8 + 11);
        if (!way.equals("udp")) {
            assertThat(count(events, EventKind.COMPLETION_COPIED)).isEqualTo(10 * 2 * 2 * 8 + 11);
            assertThat(count(events, EventKind.EVENTS_LOST)).isZero();
            for (int i = 0; i < events.size(); i++) {
                assertThat(events.get(i).seq).isEqualTo(i);
            }
        }
    }

    /** What the tests of analysis and replay look at. */
    @ParameterizedTest
    @ValueSource(ints = {0, 1, 2})
    void shouldLeaveRecordingsForOtherTests(int fault) throws Exception {
        String sample =
                CPrograms.with(Compiler.GCC, folder)
                        .build("sample", List.of("-O2"), "mediator")
                        .toString();
        Path kept = Files.createDirectories(Path.of("target/taps"));
        Path trace = kept.resolve("fault-" + fault + ".avro");
        talk("unix", trace, List.of(sample, "WHERE", Integer.toString(fault), "10"));
        assertThat(AgentRun.events(trace)).hasSizeGreaterThan(1_000);
    }

    /** Rings far too small: for the tests of analysis. */
    @Test
    void shouldLeaveARecordingWithLosses() throws Exception {
        String sample =
                CPrograms.with(Compiler.GCC, folder)
                        .build("sample", List.of("-O2"), "mediator")
                        .toString();
        Path trace = Files.createDirectories(Path.of("target/taps")).resolve("lossy.avro");
        talk("unix", trace, List.of(sample, "WHERE", "0", "40", "1", "16384", "7"));
        List<CapturedEvent> events = AgentRun.events(trace);
        assertThat(lost(events)).isGreaterThan(1_000);
        assertThat(count(events, EventKind.COMPLETION_COPIED)).isGreaterThan(10);
    }

    @ParameterizedTest
    @ValueSource(strings = {"unix", "tcp", "shm", "serial"})
    void shouldCountEveryLossExactlyWhenOverloaded(String way) throws Exception {
        Path trace = folder.resolve("o.avro");
        Matcher made = overload(way, trace);
        List<CapturedEvent> events = AgentRun.events(trace);
        assertThat(told(events)).isEqualTo(Long.parseLong(made.group(2)));
        assertInOrderOnEachCpu(events);
        assertThat(lost(events)).isEqualTo(Long.parseLong(made.group(3))).isPositive();
    }

    @Test
    void shouldCountEveryLossExactlyWhenDatagramsAreLostToo() throws Exception {
        Path trace = folder.resolve("o.avro");
        Matcher made = overload("udp", trace);
        List<CapturedEvent> events = AgentRun.events(trace);
        assertThat(told(events) + lost(events)).isEqualTo(Long.parseLong(made.group(1)));
        assertThat(events.get(events.size() - 1).kind).isEqualTo(EventKind.CAPTURE_ENDED);
    }

    /** What one thread told later stands later, whatever the others did meanwhile. */
    private static void assertInOrderOnEachCpu(List<CapturedEvent> events) {
        long[] last = {-1, -1, -1, -1};
        for (CapturedEvent e : events) {
            boolean doorbell = e.kind == EventKind.DOORBELL_RUNG;
            if (doorbell || e.kind == EventKind.COMMAND_FETCHED) {
                long told = doorbell ? e.value : e.commandId;
                // On CPU 0 a handler tells the number 1 in between.
                if (e.cpu != 0 || told != 1) {
                    assertThat(told).isGreaterThan(last[e.cpu]);
                    last[e.cpu] = told;
                }
            }
        }
    }

    private Matcher overload(String way, Path trace) throws Exception {
        String program =
                CPrograms.with(Compiler.GCC, folder).build("overload", List.of("-O2")).toString();
        List<String> command = List.of(program, "WHERE", "4", "200000", "3", "16384");
        Matcher made = MADE.matcher(talk(way, trace, command));
        assertThat(made.find()).isTrue();
        assertThat(Long.parseLong(made.group(1))).isGreaterThanOrEqualTo(800_000);
        return made;
    }

    /** Runs the program and an agent that hears it, both to their ends. */
    private String talk(String way, Path trace, List<String> command) throws Exception {
        Path path = folder.resolve("s");
        if (way.equals("shm")) {
            return talkByMemory(path, trace, command);
        }
        if (way.equals("serial")) {
            assertThat(CPrograms.run(List.of("mkfifo", path.toString())).status()).isZero();
        }
        String listen =
                switch (way) {
                    case "unix" -> "unix:" + path;
                    case "serial" -> "serial:" + path;
                    default -> way + ":127.0.0.1:0";
                };
        try (AgentRun agent =
                AgentRun.start("--listen", listen, "--out", trace.toString(), "--once")) {
            String where =
                    switch (way) {
                        case "unix" -> "unix:" + path;
                        case "serial" -> path.toString();
                        default -> way + ":" + agent.port();
                    };
            CPrograms.Ran ran = CPrograms.run(replaced(command, where));
            assertThat(ran.status()).as(ran.text()).isZero();
            assertThat(agent.status()).as(agent.error()).isZero();
            assertThat(agent.text()).contains("events").contains("lost");
            return ran.text();
        }
    }

    /** The agent reads while the program writes: it is started as soon as the memory is made. */
    private static String talkByMemory(Path path, Path trace, List<String> command)
            throws Exception {
        Process program = CPrograms.start(replaced(command, "shm:" + path));
        long end = System.nanoTime() + 30_000_000_000L;
        while (!Files.exists(path) || !made(path)) {
            assertThat(System.nanoTime()).isLessThan(end);
            Thread.onSpinWait();
        }
        try (AgentRun agent =
                AgentRun.start("--listen", "shm:" + path, "--out", trace.toString())) {
            String said = new String(program.getInputStream().readAllBytes());
            assertThat(program.waitFor()).isZero();
            assertThat(agent.status()).as(agent.error()).isZero();
            return said;
        }
    }

    private static boolean made(Path path) throws Exception {
        byte[] magic = new byte[8];
        try (var in = Files.newInputStream(path)) {
            return in.readNBytes(magic, 0, 8) == 8 && magic[7] == '1';
        }
    }

    private static List<String> replaced(List<String> command, String where) {
        List<String> out = new ArrayList<>(command);
        out.replaceAll(a -> a.equals("WHERE") ? where : a);
        return out;
    }

    @Test
    void shouldKeepSeveralTapsApart() throws Exception {
        String sample =
                CPrograms.with(Compiler.GCC, folder)
                        .build("sample", List.of("-O2"), "mediator")
                        .toString();
        Path socket = folder.resolve("s");
        Path trace = folder.resolve("t.avro");
        try (AgentRun agent =
                AgentRun.start("--listen", "unix:" + socket, "--out", trace.toString())) {
            assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(socket)))
                    .isEqualTo("rw-------");
            List<Process> taps = new ArrayList<>();
            for (int i = 0; i < 3; i++) {
                taps.add(CPrograms.start(List.of(sample, "unix:" + socket, "0", "4")));
            }
            for (Process tap : taps) {
                assertThat(tap.waitFor()).isZero();
            }
            agent.await(
                    "three sessions end",
                    () -> agent.text().split("the guest shut down", -1).length == 4);
        }
        List<Path> traces = new ArrayList<>();
        try (var files = Files.list(folder)) {
            files.filter(f -> f.toString().endsWith(".avro"))
                    .sorted(Comparator.comparing(Path::toString))
                    .forEach(traces::add);
        }
        assertThat(traces)
                .extracting(f -> f.getFileName().toString())
                .containsExactly("t-2.avro", "t-3.avro", "t.avro");
        List<String> sessions = new ArrayList<>();
        for (Path t : traces) {
            List<CapturedEvent> events = AgentRun.events(t);
            assertThat(count(events, EventKind.COMMAND_FETCHED)).isEqualTo(4 * 2 * 2 * 8 + 11);
            sessions.add(events.get(0).sessionHex());
        }
        assertThat(sessions).doesNotHaveDuplicates();
    }

    private static long count(List<CapturedEvent> events, EventKind kind) {
        return events.stream().filter(e -> e.kind == kind).count();
    }

    private static long told(List<CapturedEvent> events) {
        return count(events, EventKind.DOORBELL_RUNG) + count(events, EventKind.COMMAND_FETCHED);
    }

    private static long lost(List<CapturedEvent> events) {
        return events.stream()
                .filter(e -> e.kind == EventKind.EVENTS_LOST)
                .mapToLong(e -> e.value)
                .sum();
    }
}
