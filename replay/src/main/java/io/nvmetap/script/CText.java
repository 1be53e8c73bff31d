package io.nvmetap.script;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import java.util.List;
import java.util.function.Consumer;
import java.util.stream.Stream;

/** A reproducer as one C99 program that talks to a qtest socket and waits where it must. */
public final class CText {
    private static final String FRAME = "reproducer.c";

    private CText() {}

    /** Writes it line by line. */
    public static void write(Script script, Consumer<String> out) throws IOException {
        for (String line : frame()) {
            switch (line) {
                case "@ABOUT@" -> about(script, out);
                case "@STEPS@" -> script.steps().forEach(step -> out.accept(step(step)));
                case "@EXPECTED@" -> script.expected().forEach(e -> out.accept(expected(e)));
                default ->
                        out.accept(
                                line.replace("@BAR@", hex(Script.BAR_ADDRESS))
                                        .replace("@FUNCTION@", "0x20u"));
            }
        }
    }

    private static List<String> frame() throws IOException {
        try (InputStream in = CText.class.getResourceAsStream(FRAME)) {
            if (in == null) {
                throw new IOException(FRAME + " is missing in this build; build nvmetap anew");
            }
            return new String(in.readAllBytes(), StandardCharsets.UTF_8).lines().toList();
        }
    }

    private static void about(Script script, Consumer<String> out) {
        Stream<String> how = Script.machine("unix:q.sock,server=on,wait=off").stream();
        Stream.of(script.about().stream(), Stream.of(""), how)
                .flatMap(s -> s)
                .forEach(line -> out.accept((" * " + Text.comment(line)).stripTrailing()));
    }

    private static String step(Step step) {
        if (step instanceof Step.Note note) {
            return row("NOTE", 0, 0, 0, 0, note.text());
        }
        if (step instanceof Step.Config config) {
            return row("CONFIG", config.offset(), 0, config.value(), 0, "");
        }
        if (step instanceof Step.Write w) {
            return row("WRITE", w.registerOffset(), w.widthBytes(), w.value(), 0, w.what());
        }
        if (step instanceof Step.Read r) {
            return row("READ", r.registerOffset(), r.widthBytes(), 0, 0, r.what());
        }
        if (step instanceof Step.AwaitRegister a) {
            return row("AWAIT_REGISTER", a.registerOffset(), 4, a.mask(), a.expected(), a.what());
        }
        if (step instanceof Step.Ram ram) {
            String content = HexFormat.of().formatHex(ram.content());
            return row("RAM", ram.address(), 0, 0, 0, content);
        }
        if (step instanceof Step.Clear clear) {
            return row("CLEAR", clear.address(), 0, 0, clear.bytes(), "");
        }
        Step.AwaitEntry entry = (Step.AwaitEntry) step;
        return row("AWAIT_ENTRY", entry.address(), entry.cqid(), entry.slot(), entry.phase(), "");
    }

    private static String row(
            String kind, long at, int width, long value, long expected, String text) {
        return "    {"
                + String.join(
                        ", ",
                        kind,
                        hex(at),
                        Integer.toString(width),
                        hex(value),
                        hex(expected),
                        Text.literal(text))
                + "},";
    }

    private static String hex(long value) {
        return String.format("UINT64_C(0x%x)", value);
    }

    private static String expected(Script.Expected e) {
        return "    {"
                + e.sqid()
                + ", "
                + e.cid()
                + ", "
                + e.status()
                + ", "
                + Text.literal(e.what())
                + "},";
    }
}
