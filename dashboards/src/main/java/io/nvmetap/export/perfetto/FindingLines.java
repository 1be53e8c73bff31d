package io.nvmetap.export.perfetto;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import io.nvmetap.cli.CliFailure;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Reads what {@code analyze --format json} wrote: the findings that say VIOLATED. */
public final class FindingLines {
    /** Largest file read. */
    static final long FILE_BYTES_MAX = 64L << 20;

    /** Findings drawn; more is no report that anybody looks at. */
    static final int FINDINGS_MAX = 100_000;

    private static final JsonFactory JSON = new JsonFactory();

    private FindingLines() {}

    /**
     * One finding; fields as {@code analyze} names them, "" or 0 where they are missing.
     *
     * @param evidence sequence numbers that prove it
     */
    public record Mark(
            String rule,
            String severity,
            String owner,
            long controller,
            long fromSeq,
            long toSeq,
            long timeNs,
            String title,
            String explanation,
            String clause,
            String remedy,
            List<Long> evidence) {}

    /**
     * @throws CliFailure if the file is too large or no such output
     */
    public static List<Mark> read(Path file) throws IOException {
        if (Files.size(file) > FILE_BYTES_MAX) {
            throw CliFailure.environment(
                    file + ": over 64 MiB is no output of `analyze --format json`; check the path");
        }
        try (InputStream in = Files.newInputStream(file);
                JsonParser p = JSON.createParser(in)) {
            List<Mark> marks = new ArrayList<>();
            while (p.nextToken() != null) {
                if (p.currentToken() != JsonToken.START_OBJECT) {
                    throw noFindings(file, "not one object a line");
                }
                Mark mark = mark(p);
                if (mark != null) {
                    marks.add(mark);
                }
                if (marks.size() > FINDINGS_MAX) {
                    throw CliFailure.environment(
                            file + ": over 100,000 findings; take those of fewer --rules");
                }
            }
            return marks;
        } catch (JsonProcessingException e) {
            throw noFindings(file, e.getOriginalMessage());
        }
    }

    private static CliFailure noFindings(Path file, String why) {
        return CliFailure.environment(
                file + ": no output of `analyze --format json` (" + why + "); write it anew");
    }

    private static Mark mark(JsonParser p) throws IOException {
        Map<String, String> texts = new HashMap<>();
        Map<String, Long> numbers = new HashMap<>();
        List<Long> evidence = new ArrayList<>();
        while (p.nextToken() != JsonToken.END_OBJECT) {
            String name = p.currentName();
            JsonToken value = p.nextToken();
            if (value == JsonToken.VALUE_STRING) {
                texts.put(name, p.getText());
            } else if (value == JsonToken.VALUE_NUMBER_INT) {
                numbers.put(name, p.getLongValue());
            } else if (value == JsonToken.START_ARRAY && name.equals("evidence")) {
                numbers(p, evidence);
            } else {
                p.skipChildren();
            }
        }
        if (!"VIOLATED".equals(texts.get("verdict"))) {
            return null;
        }
        return new Mark(
                texts.getOrDefault("rule", ""),
                texts.getOrDefault("severity", ""),
                texts.getOrDefault("owner", ""),
                numbers.getOrDefault("controller", 0L),
                numbers.getOrDefault("fromSeq", 0L),
                numbers.getOrDefault("toSeq", 0L),
                numbers.getOrDefault("timeNs", 0L),
                texts.getOrDefault("title", ""),
                texts.getOrDefault("explanation", ""),
                texts.getOrDefault("clause", ""),
                texts.getOrDefault("remedy", ""),
                evidence);
    }

    private static void numbers(JsonParser p, List<Long> into) throws IOException {
        for (JsonToken t = p.nextToken(); t != JsonToken.END_ARRAY; t = p.nextToken()) {
            if (t == JsonToken.VALUE_NUMBER_INT) {
                into.add(p.getLongValue());
            } else {
                p.skipChildren();
            }
        }
    }
}
