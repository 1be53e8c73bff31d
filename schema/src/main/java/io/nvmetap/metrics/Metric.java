package io.nvmetap.metrics;

import java.util.List;

/**
 * Every figure of nvmetap's own, by its exposed name. Names are permanent, as rule ids are: other
 * people's alerts depend on them. The page docs/metrics.md has a line for each.
 */
public enum Metric {
    /** By kind of event. */
    CAPTURE_EVENTS(Source.CAPTURE, Kind.COUNTER, "events", "events kept, by kind", "kind"),
    /** By reason. */
    CAPTURE_LOST_EVENTS(
            Source.CAPTURE, Kind.COUNTER, "lost_events", "events not kept, by reason", "reason"),
    /** Encoded. */
    CAPTURE_BYTES(Source.CAPTURE, Kind.COUNTER, "bytes", "bytes of the events kept, encoded"),
    /** Headers seen. */
    CAPTURE_SESSIONS_STARTED(
            Source.CAPTURE, Kind.COUNTER, "sessions_started", "sessions that began"),
    /** Ends seen. */
    CAPTURE_SESSIONS_ENDED(
            Source.CAPTURE, Kind.COUNTER, "sessions_ended", "sessions that ended in order"),
    /** Refusals of a sink. */
    CAPTURE_SINK_FAILURES(
            Source.CAPTURE,
            Kind.COUNTER,
            "sink_failures",
            "times a file, a spool or the topic refused an event; it is offered again"),
    /** Unix time. */
    CAPTURE_LAST_EVENT(
            Source.CAPTURE,
            Kind.GAUGE,
            "last_event_seconds",
            "Unix time when an event was last kept, 0 never; a living session beats 10 times a"
                    + " second"),
    /** Fill of the ring. */
    CAPTURE_RING_USED(Source.CAPTURE, Kind.GAUGE, "ring_used_bytes", "bytes that wait in the ring"),
    /** Bound of the ring. */
    CAPTURE_RING_SIZE(Source.CAPTURE, Kind.GAUGE, "ring_size_bytes", "size of the ring"),
    /** Depth of the spool. */
    CAPTURE_SPOOL_WAITING(
            Source.CAPTURE,
            Kind.GAUGE,
            "spool_waiting_bytes",
            "bytes that wait in the spool's folder for the topic"),
    /** Bound of the spool. */
    CAPTURE_SPOOL_SIZE(
            Source.CAPTURE, Kind.GAUGE, "spool_size_bytes", "most bytes that may wait there"),
    /** Unreadable. */
    CAPTURE_SPOOL_DAMAGED(
            Source.CAPTURE,
            Kind.GAUGE,
            "spool_damaged_files",
            "files of an earlier process that could not be read"),
    /** Heard now. */
    AGENT_TAPS(Source.AGENT, Kind.GAUGE, "taps", "taps that are heard"),
    /** Turned away. */
    AGENT_REFUSED_TAPS(
            Source.AGENT,
            Kind.COUNTER,
            "refused_taps",
            "taps turned away: too many, or a user who may not"),
    /** By reason. */
    AGENT_REFUSED_FRAMES(
            Source.AGENT, Kind.COUNTER, "refused_frames", "frames of taps not taken", "reason"),
    /** Not frames. */
    AGENT_SKIPPED_BYTES(
            Source.AGENT, Kind.COUNTER, "skipped_bytes", "bytes of taps that were no frames"),

    /** Events the rules saw. */
    JOB_JUDGED(Source.JOB, Kind.FLINK, "judged_events", "events the rules have seen"),
    /** Undecodable messages. */
    JOB_DEAD_LETTERS(
            Source.JOB,
            Kind.FLINK,
            "dead_letters",
            "messages that are no event, moved to the dead letter topic"),
    /** Violations. */
    JOB_FINDINGS(
            Source.JOB,
            Kind.FLINK,
            "rule_severity_owner_findings",
            "findings VIOLATED, by rule, severity and owing party",
            "rule",
            "severity",
            "owner"),
    /** Undecided. */
    JOB_UNKNOWN(
            Source.JOB, Kind.FLINK, "unknown_verdicts", "verdicts UNKNOWN at the end of a session"),
    /** Begun. */
    JOB_SESSIONS_STARTED(
            Source.JOB,
            Kind.FLINK,
            "sessions_started",
            "controllers of sessions that the rules began to judge"),
    /** Ended. */
    JOB_SESSIONS_ENDED(
            Source.JOB,
            Kind.FLINK,
            "sessions_ended",
            "of those, ended or silent for half an hour; the rest is held as state"),

    /** By kind of question. */
    DASHBOARD_REQUEST(
            Source.DASHBOARD,
            Kind.HISTOGRAM,
            "request_seconds",
            "time to answer a request, by kind of question and class of status",
            "question",
            "status"),
    /** Pages that follow. */
    DASHBOARD_LIVE_PAGES(
            Source.DASHBOARD, Kind.GAUGE, "live_pages", "pages that follow live (at most 8)"),
    /** To make an index. */
    DASHBOARD_LOAD(
            Source.DASHBOARD,
            Kind.HISTOGRAM,
            "capture_load_seconds",
            "time to read a capture and make its index"),
    /** Broker answers. */
    LIVE_CONNECTED(
            Source.LIVE, Kind.GAUGE, "connected", "1 while the broker that is followed answers"),
    /** Seen. */
    LIVE_EVENTS(Source.LIVE, Kind.COUNTER, "events", "events seen in the topic since the start"),
    /** Lost. */
    LIVE_LOST_EVENTS(
            Source.LIVE,
            Kind.GAUGE,
            "lost_events",
            "events that the sessions that run lost, by what they say or by gaps in their numbers"),
    /** Neither. */
    LIVE_MALFORMED(
            Source.LIVE,
            Kind.COUNTER,
            "malformed_messages",
            "messages that are no event or finding"),
    /** Not read. */
    LIVE_LAG(Source.LIVE, Kind.GAUGE, "lag_messages", "messages in the topics not read yet"),
    /** Out. */
    LIVE_OPEN_COMMANDS(
            Source.LIVE, Kind.GAUGE, "open_commands", "commands that have no completion yet"),
    /** Open stalls. */
    LIVE_OPEN_STALLS(
            Source.LIVE,
            Kind.GAUGE,
            "open_stalls",
            "commands that a finding called stalled and that have no completion yet");

    /** Which command tells it. */
    public enum Source {
        /** boot, device, proxy, agent, publish. */
        CAPTURE("nvmetap_capture_"),
        /** agent. */
        AGENT("nvmetap_agent_"),
        /** The Flink job, by names that Flink's own reporter gives them. */
        JOB("flink_taskmanager_job_task_operator_nvmetap_"),
        /** serve. */
        DASHBOARD("nvmetap_dashboard_"),
        /** serve, with a broker. */
        LIVE("nvmetap_live_");

        private final String prefix;

        Source(String prefix) {
            this.prefix = prefix;
        }
    }

    /** How it behaves. */
    public enum Kind {
        /** Only grows; its name ends in {@code _total}. */
        COUNTER("counter", "_total"),
        /** Goes up and down. */
        GAUGE("gauge", ""),
        /** Durations in buckets: {@code _bucket}, {@code _sum}, {@code _count}. */
        HISTOGRAM("histogram", ""),
        /** A counter of Flink's: its reporters call it a gauge. */
        FLINK("gauge", "");

        private final String exposed;
        private final String suffix;

        Kind(String exposed, String suffix) {
            this.exposed = exposed;
            this.suffix = suffix;
        }

        /**
         * @return type that Prometheus is told
         */
        public String exposed() {
            return exposed;
        }
    }

    static final String PREFIX = "nvmetap_";

    private final Source source;
    private final Kind kind;
    private final String last;
    private final String meaning;
    private final List<String> labels;

    Metric(Source source, Kind kind, String last, String meaning, String... labels) {
        this.source = source;
        this.kind = kind;
        this.last = last;
        this.meaning = meaning;
        this.labels = List.of(labels);
    }

    /**
     * @return name of its family as Prometheus sees it
     */
    public String exposedName() {
        return registered() + kind.suffix;
    }

    /** Its name without the suffix that its kind brings. */
    String registered() {
        return source.prefix + last;
    }

    /**
     * @return its name without what it shares with the others of its source
     */
    public String lastName() {
        return last;
    }

    /**
     * @return which command tells it
     */
    public Source source() {
        return source;
    }

    /**
     * @return how it behaves
     */
    public Kind kind() {
        return kind;
    }

    /**
     * @return one line for people
     */
    public String meaning() {
        return meaning;
    }

    /**
     * @return its label names, in order
     */
    public List<String> labels() {
        return labels;
    }
}
