package io.nvmetap.export.perfetto;

import java.io.IOException;
import java.io.OutputStream;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Packets of one Perfetto trace, one packet sequence. An event is put together by {@link #begin},
 * {@link #flow} and {@link #note} and written by {@link #write}; names that come again are interned
 * and travel with the packet that needs them first.
 */
final class PacketWriter {
    /** Most different names interned of a kind; the rest is written out where it is used. */
    static final int NAMES_MAX = 4096;

    /** Longest text of one name or annotation, characters. */
    static final int TEXT_MAX = 4096;

    private static final int SEQUENCE = 1;

    private final OutputStream out;
    private final ProtoWriter file = new ProtoWriter();
    private final ProtoWriter packet = new ProtoWriter();
    private final ProtoWriter event = new ProtoWriter();
    private final ProtoWriter interned = new ProtoWriter();
    private final ProtoWriter inner = new ProtoWriter();
    private final Names categories = new Names(Fields.INTERNED_CATEGORIES);
    private final Names events = new Names(Fields.INTERNED_EVENT_NAMES);
    private final Names annotations = new Names(Fields.INTERNED_ANNOTATION_NAMES);
    private long timeNs;
    private boolean first = true;

    PacketWriter(OutputStream out) {
        this.out = out;
    }

    /** One table of interned names. */
    private final class Names {
        private final int field;
        private final Map<String, Integer> ids = new HashMap<>();

        Names(int field) {
            this.field = field;
        }

        /** Id of a name, 0 if there are too many. */
        int id(String name) {
            Integer known = ids.get(name);
            if (known != null) {
                return known;
            }
            if (ids.size() >= NAMES_MAX) {
                return 0;
            }
            int id = ids.size() + 1;
            ids.put(name, id);
            inner.clear().number(Fields.INTERNED_IID, id).text(Fields.INTERNED_NAME, name);
            interned.message(field, inner);
            return id;
        }
    }

    /** Says when time zero was. */
    void clock(long wallClockNs) throws IOException {
        ProtoWriter snapshot = new ProtoWriter();
        inner.clear()
                .number(Fields.CLOCK_ID, Fields.CLOCK_BOOTTIME)
                .number(Fields.CLOCK_TIMESTAMP, 0);
        snapshot.message(Fields.SNAPSHOT_CLOCKS, inner);
        inner.clear()
                .number(Fields.CLOCK_ID, Fields.CLOCK_REALTIME)
                .number(Fields.CLOCK_TIMESTAMP, wallClockNs);
        snapshot.message(Fields.SNAPSHOT_CLOCKS, inner);
        packet.clear().message(Fields.PACKET_CLOCK_SNAPSHOT, snapshot);
        packet();
    }

    /**
     * A track.
     *
     * @param parent 0 none
     * @param rank place among its siblings
     * @param ordered its children have places, too
     * @param counter it shows a number
     */
    void track(long uuid, long parent, String name, int rank, boolean ordered, boolean counter)
            throws IOException {
        ProtoWriter d = new ProtoWriter().number(Fields.TRACK_UUID, uuid);
        d.text(Fields.TRACK_NAME, shortened(name));
        if (parent != 0) {
            d.number(Fields.TRACK_PARENT, parent);
        }
        if (counter) {
            inner.clear().number(Fields.COUNTER_UNIT, Fields.UNIT_COUNT);
            d.message(Fields.TRACK_COUNTER, inner);
        }
        if (ordered) {
            d.number(Fields.TRACK_CHILD_ORDERING, Fields.ORDERING_EXPLICIT);
        }
        d.number(Fields.TRACK_RANK, rank);
        packet.clear().message(Fields.PACKET_TRACK_DESCRIPTOR, d);
        packet();
    }

    /** Begins an event of a type on a track; "" no name. */
    PacketWriter begin(int type, long track, long atNs, String category, String name) {
        timeNs = Math.max(0, atNs);
        interned.clear();
        event.clear().number(Fields.EVENT_TYPE, type).number(Fields.EVENT_TRACK_UUID, track);
        if (!category.isEmpty()) {
            event.number(Fields.EVENT_CATEGORY_IIDS, categories.id(category));
        }
        if (!name.isEmpty()) {
            String text = shortened(name);
            int id = events.id(text);
            if (id != 0) {
                event.number(Fields.EVENT_NAME_IID, id);
            } else {
                event.text(Fields.EVENT_NAME, text);
            }
        }
        return this;
    }

    /** Names that come once only are not interned. */
    PacketWriter beginOnce(long track, long atNs, String name) {
        begin(Fields.TYPE_INSTANT, track, atNs, "", "");
        event.text(Fields.EVENT_NAME, shortened(name));
        return this;
    }

    PacketWriter flow(long id, boolean ends) {
        event.fixed64(ends ? Fields.EVENT_TERMINATING_FLOW_IDS : Fields.EVENT_FLOW_IDS, id);
        return this;
    }

    PacketWriter value(long value) {
        event.number(Fields.EVENT_COUNTER_VALUE, value);
        return this;
    }

    PacketWriter note(String name, String value) {
        int id = annotations.id(name);
        inner.clear().number(Fields.ANNOTATION_NAME_IID, id);
        inner.text(Fields.ANNOTATION_STRING, shortened(value));
        event.message(Fields.EVENT_ANNOTATIONS, inner);
        return this;
    }

    PacketWriter note(String name, long value) {
        int id = annotations.id(name);
        inner.clear().number(Fields.ANNOTATION_NAME_IID, id);
        inner.number(Fields.ANNOTATION_INT, value);
        event.message(Fields.EVENT_ANNOTATIONS, inner);
        return this;
    }

    PacketWriter notes(String name, List<Long> values) {
        return note(name, values.toString());
    }

    /** Writes the event begun. */
    void write() throws IOException {
        packet.clear().number(Fields.PACKET_TIMESTAMP, timeNs);
        packet.number(Fields.PACKET_SEQUENCE_ID, SEQUENCE);
        int flags = Fields.FLAG_NEEDS_STATE | (first ? Fields.FLAG_STATE_CLEARED : 0);
        first = false;
        packet.number(Fields.PACKET_SEQUENCE_FLAGS, flags);
        if (interned.length() > 0) {
            packet.message(Fields.PACKET_INTERNED_DATA, interned);
        }
        packet.message(Fields.PACKET_TRACK_EVENT, event);
        packet();
    }

    private void packet() throws IOException {
        file.clear().message(Fields.TRACE_PACKET, packet);
        out.write(file.buffer(), 0, file.length());
    }

    private static String shortened(String text) {
        return text.length() <= TEXT_MAX ? text : text.substring(0, TEXT_MAX);
    }
}
