package io.nvmetap.export.perfetto;

/**
 * Field numbers of Perfetto's messages (protos/perfetto/trace: trace.proto, trace_packet.proto,
 * track_event/*.proto, interned_data.proto, clock_snapshot.proto). Numbers never change there.
 */
final class Fields {
    static final int TRACE_PACKET = 1;

    static final int PACKET_CLOCK_SNAPSHOT = 6;
    static final int PACKET_TIMESTAMP = 8;
    static final int PACKET_SEQUENCE_ID = 10;
    static final int PACKET_TRACK_EVENT = 11;
    static final int PACKET_INTERNED_DATA = 12;
    static final int PACKET_SEQUENCE_FLAGS = 13;
    static final int PACKET_TRACK_DESCRIPTOR = 60;

    /** SequenceFlags: what was interned before is forgotten; what is interned is needed. */
    static final int FLAG_STATE_CLEARED = 1;

    static final int FLAG_NEEDS_STATE = 2;

    static final int SNAPSHOT_CLOCKS = 1;
    static final int CLOCK_ID = 1;
    static final int CLOCK_TIMESTAMP = 2;
    static final int CLOCK_REALTIME = 1;
    static final int CLOCK_BOOTTIME = 6;

    static final int TRACK_UUID = 1;
    static final int TRACK_NAME = 2;
    static final int TRACK_PARENT = 5;
    static final int TRACK_COUNTER = 8;
    static final int TRACK_CHILD_ORDERING = 11;
    static final int TRACK_RANK = 12;
    static final int ORDERING_EXPLICIT = 3;
    static final int COUNTER_UNIT = 3;
    static final int UNIT_COUNT = 2;

    static final int EVENT_CATEGORY_IIDS = 3;
    static final int EVENT_ANNOTATIONS = 4;
    static final int EVENT_TYPE = 9;
    static final int EVENT_NAME_IID = 10;
    static final int EVENT_TRACK_UUID = 11;
    static final int EVENT_NAME = 23;
    static final int EVENT_COUNTER_VALUE = 30;
    static final int EVENT_FLOW_IDS = 47;
    static final int EVENT_TERMINATING_FLOW_IDS = 48;
    static final int TYPE_SLICE_BEGIN = 1;
    static final int TYPE_SLICE_END = 2;
    static final int TYPE_INSTANT = 3;
    static final int TYPE_COUNTER = 4;

    static final int ANNOTATION_NAME_IID = 1;
    static final int ANNOTATION_UINT = 3;
    static final int ANNOTATION_INT = 4;
    static final int ANNOTATION_STRING = 6;

    static final int INTERNED_CATEGORIES = 1;
    static final int INTERNED_EVENT_NAMES = 2;
    static final int INTERNED_ANNOTATION_NAMES = 3;
    static final int INTERNED_IID = 1;
    static final int INTERNED_NAME = 2;

    private Fields() {}
}
