package io.nvmetap.export.perfetto;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.Deque;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * Reads a Perfetto trace back as its trace processor would: events in the order of their times,
 * those of one time in the order of the file. Knows the field numbers by itself, and fails where a
 * slice does not nest or a reference leads nowhere.
 */
final class DrawnTrace {
    /** A slice; end -1 if it is still open; depth 0 is a command, 1 a hop. */
    record Slice(String track, long lane, String name, long start, long end, int depth) {}

    /** An instant with its notes. */
    record Mark(String track, String name, long time, Map<String, Object> notes) {}

    final List<Slice> slices = new ArrayList<>();
    final List<Mark> marks = new ArrayList<>();

    /** Notes of slices of depth 0, of begin and end together, in the order of their beginnings. */
    final List<Map<String, Object>> commandNotes = new ArrayList<>();

    final Map<String, List<Long>> counters = new TreeMap<>();

    /** Flow: where it went, in turn, "track name". */
    final Map<Long, List<String>> flows = new LinkedHashMap<>();

    final Map<Long, String> tracks = new HashMap<>();
    final Map<Long, Long> parents = new HashMap<>();
    long wallClockNs;
    private final Map<Long, Boolean> flowEnded = new HashMap<>();
    private final List<Event> events = new ArrayList<>();
    private final Map<Long, Deque<Open>> open = new HashMap<>();
    private final Map<Integer, Map<Long, String>> names = new HashMap<>();

    private record Event(
            long time,
            int type,
            long track,
            String name,
            Map<String, Object> notes,
            List<Long> flows,
            List<Long> ending,
            long value) {}

    private record Open(Event begin, int depth, Map<String, Object> notes) {}

    static DrawnTrace read(byte[] bytes) {
        DrawnTrace t = new DrawnTrace();
        for (Wire f : Wire.fields(bytes)) {
            assertThat(f.field()).as("packet").isEqualTo(1);
            t.packet(f.bytes());
        }
        t.events.sort(Comparator.comparingLong(Event::time));
        t.events.forEach(t::play);
        t.open.values()
                .forEach(stack -> stack.descendingIterator().forEachRemaining(o -> t.slice(o, -1)));
        t.slices.sort(Comparator.comparingLong(Slice::start).thenComparingInt(Slice::depth));
        return t;
    }

    private void packet(byte[] bytes) {
        long time = 0;
        byte[] event = null;
        for (Wire f : Wire.fields(bytes)) {
            switch (f.field()) {
                case 6 -> clock(f.bytes());
                case 8 -> time = f.number();
                case 10 -> assertThat(f.number()).isEqualTo(1);
                case 11 -> event = f.bytes();
                case 12 -> interned(f.bytes());
                case 13 -> assertThat(f.number()).isEqualTo(events.isEmpty() ? 3 : 2);
                case 60 -> descriptor(f.bytes());
                default -> throw new AssertionError("field " + f.field());
            }
        }
        if (event != null) {
            event(time, event);
        }
    }

    private void clock(byte[] bytes) {
        for (Wire f : Wire.fields(bytes)) {
            Map<Integer, Long> clock = new HashMap<>();
            Wire.fields(f.bytes()).forEach(c -> clock.put(c.field(), c.number()));
            if (clock.get(1) == 1) {
                wallClockNs = clock.get(2);
            }
        }
    }

    private void interned(byte[] bytes) {
        for (Wire f : Wire.fields(bytes)) {
            long id = 0;
            String name = "";
            for (Wire entry : Wire.fields(f.bytes())) {
                if (entry.field() == 1) {
                    id = entry.number();
                } else {
                    name = entry.text();
                }
            }
            String before = names.computeIfAbsent(f.field(), k -> new HashMap<>()).put(id, name);
            assertThat(before).as("interned twice").isNull();
        }
    }

    private void descriptor(byte[] bytes) {
        long uuid = 0;
        for (Wire f : Wire.fields(bytes)) {
            switch (f.field()) {
                case 1 -> uuid = f.number();
                case 2 -> assertThat(tracks.put(uuid, f.text())).as("track twice").isNull();
                case 5 -> {
                    assertThat(tracks).containsKey(f.number());
                    parents.put(uuid, f.number());
                }
                default -> assertThat(f.field()).isIn(8, 11, 12);
            }
        }
    }

    private void event(long time, byte[] bytes) {
        int type = 0;
        long track = 0;
        String name = "";
        Map<String, Object> notes = new LinkedHashMap<>();
        List<Long> flow = new ArrayList<>();
        List<Long> ending = new ArrayList<>();
        long value = 0;
        for (Wire f : Wire.fields(bytes)) {
            switch (f.field()) {
                case 3 -> assertThat(names.get(1)).containsKey(f.number());
                case 4 -> note(f.bytes(), notes);
                case 9 -> type = (int) f.number();
                case 10 -> name = names.get(2).get(f.number());
                case 11 -> track = f.number();
                case 23 -> name = f.text();
                case 30 -> value = f.number();
                case 47 -> flow.add(f.number());
                case 48 -> ending.add(f.number());
                default -> throw new AssertionError("event field " + f.field());
            }
        }
        assertThat(tracks).containsKey(track);
        assertThat(name).isNotNull();
        events.add(new Event(time, type, track, name, notes, flow, ending, value));
    }

    private void note(byte[] bytes, Map<String, Object> notes) {
        String name = "";
        Object value = null;
        for (Wire f : Wire.fields(bytes)) {
            switch (f.field()) {
                case 1 -> name = names.get(3).get(f.number());
                case 4 -> value = f.number();
                case 6 -> value = f.text();
                default -> throw new AssertionError("annotation field " + f.field());
            }
        }
        notes.put(name, value);
    }

    private void play(Event e) {
        Deque<Open> stack = open.computeIfAbsent(e.track(), k -> new ArrayDeque<>());
        String track = tracks.get(e.track());
        switch (e.type()) {
            case 1 -> {
                assertThat(stack.size()).as("depth on " + track).isLessThan(2);
                Open o = new Open(e, stack.size(), new LinkedHashMap<>(e.notes()));
                if (o.depth() == 0) {
                    commandNotes.add(o.notes());
                }
                stack.push(o);
            }
            case 2 -> {
                assertThat(stack).as("end without begin on " + track).isNotEmpty();
                Open o = stack.pop();
                o.notes().putAll(e.notes());
                slice(o, e.time());
            }
            case 3 -> marks.add(new Mark(track, e.name(), e.time(), e.notes()));
            case 4 -> counters.computeIfAbsent(track, k -> new ArrayList<>()).add(e.value());
            default -> throw new AssertionError("type " + e.type());
        }
        e.flows().forEach(id -> flow(id, track + " | " + e.name(), false));
        e.ending().forEach(id -> flow(id, track + " | " + e.name(), true));
    }

    private void flow(long id, String where, boolean ends) {
        assertThat(flowEnded.getOrDefault(id, false)).as("flow goes on after its end").isFalse();
        flows.computeIfAbsent(id, k -> new ArrayList<>()).add(where);
        flowEnded.put(id, ends);
    }

    private void slice(Open o, long end) {
        Event b = o.begin();
        slices.add(new Slice(tracks.get(b.track()), b.track(), b.name(), b.time(), end, o.depth()));
    }

    /** Names and times of slices on a track, commands flush left. */
    List<String> drawn(String track) {
        return slices.stream()
                .filter(s -> s.track().equals(track))
                .map(s -> "  ".repeat(s.depth()) + s.name() + " " + s.start() + "-" + s.end())
                .toList();
    }

    List<Slice> commands() {
        return slices.stream().filter(s -> s.depth() == 0).toList();
    }

    /** One field of a message. */
    record Wire(int field, long number, byte[] bytes) {
        String text() {
            return new String(bytes, StandardCharsets.UTF_8);
        }

        static List<Wire> fields(byte[] in) {
            List<Wire> fields = new ArrayList<>();
            int[] at = {0};
            while (at[0] < in.length) {
                long tag = varint(in, at);
                int field = (int) (tag >>> 3);
                switch ((int) tag & 7) {
                    case 0 -> fields.add(new Wire(field, varint(in, at), null));
                    case 1 -> {
                        long v = 0;
                        for (int i = 0; i < 8; i++) {
                            v |= (in[at[0]++] & 0xFFL) << 8 * i;
                        }
                        fields.add(new Wire(field, v, null));
                    }
                    case 2 -> {
                        int length = (int) varint(in, at);
                        byte[] b = Arrays.copyOfRange(in, at[0], at[0] + length);
                        assertThat(at[0] + length).isLessThanOrEqualTo(in.length);
                        at[0] += length;
                        fields.add(new Wire(field, 0, b));
                    }
                    default -> throw new AssertionError("wire type " + (tag & 7));
                }
            }
            return fields;
        }

        private static long varint(byte[] in, int[] at) {
            long v = 0;
            for (int shift = 0; ; shift += 7) {
                byte b = in[at[0]++];
                v |= (b & 0x7FL) << shift;
                if (b >= 0) {
                    return v;
                }
            }
        }
    }
}
