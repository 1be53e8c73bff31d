package io.nvmetap.export.perfetto;

import static org.assertj.core.api.Assertions.assertThat;

import io.nvmetap.event.CapturedEvent;
import io.nvmetap.event.EventKind;
import io.nvmetap.nvme.VendorCatalog;
import io.nvmetap.rig.ToolSet;
import io.nvmetap.testkit.Boots;
import io.nvmetap.testkit.Child;
import io.nvmetap.testkit.RealTool;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Real boots, drawn: what is in the file is what is in the trace, and protoc reads it. */
class PerfettoITCase {
    private static final Path SCHEMA = Path.of("src/test/resources");

    @TempDir Path folder;

    @Test
    void shouldBeDecodedByProtocWithThePublishedFieldNumbers() throws Exception {
        List<CapturedEvent> events = Boots.events(Boots.recorded("linux-generic"));
        byte[] drawn = draw(events);
        DrawnTrace own = DrawnTrace.read(drawn);
        List<String> lines = decode(drawn);

        assertThat(lines)
                .as("a field that the schema does not know shows as a number")
                .noneMatch(line -> line.strip().matches("\\d+[:{ ].*"));
        assertThat(count(lines, "type: TYPE_SLICE_BEGIN")).isEqualTo(own.slices.size());
        assertThat(count(lines, "type: TYPE_SLICE_END"))
                .isEqualTo(own.slices.stream().filter(s -> s.end() >= 0).count());
        assertThat(count(lines, "type: TYPE_INSTANT")).isEqualTo(own.marks.size());
        assertThat(count(lines, "type: TYPE_COUNTER"))
                .isEqualTo(own.counters.values().stream().mapToLong(List::size).sum());
        assertThat(distinct(lines, "flow_ids: ")).isEqualTo(own.flows.size());
        assertThat(count(lines, "track_descriptor {")).isEqualTo(own.tracks.size());
        assertThat(lines).contains("    name: \"controller 0: nvmetap modelled controller\"");

        long commands =
                of(events, EventKind.COMMAND_FETCHED).size()
                        + of(events, EventKind.COMMAND_EMITTED).size();
        assertThat(own.commands()).hasSize((int) commands);
        assertThat(own.flows)
                .hasSize(of(events, EventKind.COMMAND_EMITTED).size())
                .allSatisfy((id, places) -> assertThat(places).hasSizeGreaterThan(1));
        assertThat(count(lines, "terminating_flow_ids: ")).isGreaterThan(commands / 4);
    }

    @ParameterizedTest
    @ValueSource(strings = {"linux-generic", "linux-intel", "chain", "rebind", "take-over"})
    void shouldDrawEachPartOfACommandFromItsEventToItsEvent(String boot) throws IOException {
        List<CapturedEvent> events = Boots.events(Boots.recorded(boot));
        DrawnTrace t = DrawnTrace.read(draw(events));
        Map<Long, Map<EventKind, CapturedEvent>> byId = new TreeMap<>();
        for (CapturedEvent e : events) {
            if (e.kind.name().startsWith("COM") && e.kind != EventKind.COMPLETION_STORED) {
                byId.computeIfAbsent(e.commandId, k -> new HashMap<>()).put(e.kind, e);
            }
        }
        List<String> expected = new ArrayList<>();
        byId.values().forEach(c -> expected.addAll(hops(c)));
        List<String> drawn =
                t.slices.stream()
                        .filter(s -> s.track().endsWith("guest side"))
                        .filter(s -> s.name().equals("controller") || s.name().equals("mediator"))
                        .map(s -> s.track() + " " + s.name() + " " + s.start() + "-" + s.end())
                        .toList();
        assertThat(drawn).containsExactlyInAnyOrderElementsOf(expected);
        assertThat(depths(events, EventKind.COMMAND_EMITTED, EventKind.COMPLETION_SEEN, "device"))
                .allSatisfy((track, values) -> assertThat(t.counters).containsEntry(track, values));
        assertThat(depths(events, EventKind.COMMAND_FETCHED, EventKind.COMPLETION_COPIED, "guest"))
                .allSatisfy((track, values) -> assertThat(t.counters).containsEntry(track, values));
    }

    /** Where a command of the guest was, from which time to which, on the guest's lane. */
    private static List<String> hops(Map<EventKind, CapturedEvent> c) {
        CapturedEvent fetched = c.get(EventKind.COMMAND_FETCHED);
        CapturedEvent emitted = c.get(EventKind.COMMAND_EMITTED);
        CapturedEvent seen = c.get(EventKind.COMPLETION_SEEN);
        CapturedEvent copied = c.get(EventKind.COMPLETION_COPIED);
        if (fetched == null) {
            return List.of();
        }
        String lane = "SQ " + fetched.qid + " guest side ";
        if (emitted == null) {
            return List.of(lane + "mediator " + fetched.timeNs + "-" + copied.timeNs);
        }
        return List.of(
                lane + "mediator " + fetched.timeNs + "-" + emitted.timeNs,
                lane + "controller " + emitted.timeNs + "-" + seen.timeNs);
    }

    /** Depth of each queue after each submission and completion, as the events tell it. */
    private static Map<String, List<Long>> depths(
            List<CapturedEvent> events, EventKind submitted, EventKind completed, String side) {
        Map<String, List<Long>> depths = new TreeMap<>();
        Map<Long, String> trackOf = new HashMap<>();
        for (CapturedEvent e : events) {
            if (e.kind == submitted) {
                String track = "SQ " + e.qid + " " + side + " side depth";
                trackOf.put(e.commandId, track);
                step(depths.computeIfAbsent(track, k -> new ArrayList<>()), 1);
            } else if (e.kind == completed) {
                step(depths.get(trackOf.get(e.commandId)), -1);
            }
        }
        return depths;
    }

    private static void step(List<Long> depth, int by) {
        depth.add((depth.isEmpty() ? 0 : depth.get(depth.size() - 1)) + by);
    }

    @Test
    void shouldNameSlicesAsTheTraceNamesCommands() throws IOException {
        List<CapturedEvent> events = Boots.events(Boots.recorded("linux-apple-ans2"));
        DrawnTrace t = DrawnTrace.read(draw(events));
        assertThat(t.commandNotes)
                .filteredOn(n -> ((String) n.get("sqe")).length() == 256)
                .isNotEmpty();
        assertThat(t.commands())
                .filteredOn(s -> s.name().isEmpty() || s.name().equals("opcode not seen"))
                .isEmpty();
    }

    private List<String> decode(byte[] trace) throws IOException, InterruptedException {
        Path file = Files.write(folder.resolve("trace.pftrace"), trace);
        List<String> command =
                List.of(
                        RealTool.require(ToolSet.PROTOC, "protoc").toString(),
                        "--proto_path=" + SCHEMA,
                        "--decode=nvmetap.trackevent.Trace",
                        "trackevent.proto");
        return Child.lines(command, file, folder);
    }

    private static byte[] draw(List<CapturedEvent> events) throws IOException {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        PerfettoExport export = new PerfettoExport(out, VendorCatalog.bundled(), List.of());
        for (CapturedEvent e : events) {
            export.event(e);
        }
        export.end();
        return out.toByteArray();
    }

    private static List<CapturedEvent> of(List<CapturedEvent> events, EventKind kind) {
        return events.stream().filter(e -> e.kind == kind).toList();
    }

    private static long count(List<String> lines, String text) {
        return lines.stream().filter(line -> line.strip().startsWith(text)).count();
    }

    private static long distinct(List<String> lines, String text) {
        return lines.stream()
                .map(String::strip)
                .filter(line -> line.startsWith(text))
                .distinct()
                .count();
    }
}
