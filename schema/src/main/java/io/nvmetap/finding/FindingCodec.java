package io.nvmetap.finding;

import io.nvmetap.event.AvroIn;
import io.nvmetap.event.AvroOut;
import io.nvmetap.event.MalformedEventException;
import java.util.ArrayList;
import java.util.List;

/**
 * Findings and summaries to and from Kafka messages: Avro single-object encoding of {@code
 * findings.avdl}.
 */
public final class FindingCodec {
    /** CRC-64-AVRO of the schema of a finding. */
    public static final long FINDING_FINGERPRINT = 0x0a88d042417224a8L;

    /** CRC-64-AVRO of the schema of a summary. */
    public static final long SUMMARY_FINGERPRINT = 0x7b26cbc432eba524L;

    private static final int STRING_MAX = 64 * 1024;
    private static final int LIST_MAX = 4096;

    private FindingCodec() {}

    /** Whole message. */
    public static byte[] encode(Finding f) {
        AvroOut out = header(FINDING_FINGERPRINT);
        out.writeString(f.id()).writeString(f.session()).writeString(f.rule());
        out.writeLong(f.verdict().ordinal()).writeLong(f.severity().ordinal());
        out.writeLong(f.owner().ordinal()).writeLong(f.controller());
        out.writeLong(f.sqid()).writeLong(f.cqid()).writeLong(f.cid());
        out.writeLong(f.fromSeq()).writeLong(f.toSeq()).writeLong(f.timeNs());
        out.writeString(f.title()).writeString(f.explanation());
        if (!f.evidence().isEmpty()) {
            out.writeLong(f.evidence().size());
            f.evidence().forEach(out::writeLong);
        }
        out.writeLong(0).writeString(f.clause()).writeString(f.remedy());
        strings(out, f.catalog());
        return message(out);
    }

    /** Whole message. */
    public static byte[] encode(SessionSummary s) {
        AvroOut out = header(SUMMARY_FINGERPRINT).writeString(s.session());
        out.writeLong(s.events()).writeLong(s.lost()).writeLong(s.violated());
        out.writeLong(s.unknown()).writeLong(s.holds());
        strings(out, s.story());
        strings(out, s.quirks());
        return message(out);
    }

    private static void strings(AvroOut out, List<String> list) {
        if (!list.isEmpty()) {
            out.writeLong(list.size());
            list.forEach(out::writeString);
        }
        out.writeLong(0);
    }

    private static byte[] message(AvroOut out) {
        return java.util.Arrays.copyOf(out.buffer(), out.position());
    }

    private static AvroOut header(long fingerprint) {
        AvroOut out = new AvroOut(512).writeFixed(new byte[] {(byte) 0xC3, 1}, 0, 2);
        return out.writeFixedLong(Long.reverseBytes(fingerprint));
    }

    /**
     * @return a {@link Finding} or a {@link SessionSummary}
     * @throws MalformedEventException if the message is neither
     */
    public static Record decode(byte[] message) {
        AvroIn in = new AvroIn().wrap(message, 0, message.length);
        byte[] magic = new byte[2];
        in.readFixed(magic, 0, 2);
        long fingerprint = Long.reverseBytes(in.readFixedLong());
        if (magic[0] == (byte) 0xC3 && magic[1] == 1) {
            if (fingerprint == FINDING_FINGERPRINT) {
                return decodeFinding(in);
            }
            if (fingerprint == SUMMARY_FINGERPRINT) {
                return new SessionSummary(
                        in.readString(STRING_MAX),
                        in.readLong(),
                        in.readLong(),
                        in.readInt(),
                        in.readInt(),
                        in.readInt(),
                        readStrings(in),
                        readStrings(in));
            }
        }
        throw new MalformedEventException("message is neither a finding nor a summary known here");
    }

    private static Finding decodeFinding(AvroIn in) {
        return new Finding(
                in.readString(STRING_MAX),
                in.readString(STRING_MAX),
                in.readString(STRING_MAX),
                of(Verdict.values(), in.readInt()),
                of(Severity.values(), in.readInt()),
                of(Party.values(), in.readInt()),
                in.readInt(),
                in.readInt(),
                in.readInt(),
                in.readInt(),
                in.readLong(),
                in.readLong(),
                in.readLong(),
                in.readString(STRING_MAX),
                in.readString(STRING_MAX),
                readLongs(in),
                in.readString(STRING_MAX),
                in.readString(STRING_MAX),
                readStrings(in));
    }

    private static <T> T of(T[] values, int index) {
        if (index < 0 || index >= values.length) {
            throw new MalformedEventException("enum index " + index + " is not in this schema");
        }
        return values[index];
    }

    private static List<Long> readLongs(AvroIn in) {
        List<Long> out = new ArrayList<>();
        for (int n = in.readArrayCount(LIST_MAX); n > 0; n = in.readArrayCount(LIST_MAX)) {
            for (int i = 0; i < n; i++) {
                out.add(in.readLong());
            }
        }
        return out;
    }

    private static List<String> readStrings(AvroIn in) {
        List<String> out = new ArrayList<>();
        for (int n = in.readArrayCount(LIST_MAX); n > 0; n = in.readArrayCount(LIST_MAX)) {
            for (int i = 0; i < n; i++) {
                out.add(in.readString(STRING_MAX));
            }
        }
        return out;
    }
}
