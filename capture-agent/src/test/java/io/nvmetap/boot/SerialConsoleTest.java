package io.nvmetap.boot;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SerialConsoleTest {
    private static final Duration AT_ONCE = Duration.ZERO;

    @TempDir Path folder;
    private final List<String> lines = new ArrayList<>();
    private SerialConsole console;

    @BeforeEach
    void open() {
        console = new SerialConsole(folder.resolve("console.log"), lines::add);
    }

    @Test
    void escapeSequencesAndCarriageReturnsAreNoText() {
        send(
                "\u001b[2J\u001b[01;01H\u001b[=3h\u001b[0m\u001b[37m\u001b[40mShe\u001b[1mll> \u001b[0m");
        assertThat(await("^Shell> $", true)).isPresent();
        send("ls\r\n\u001b(Bplain\u001b7 text\r\n");
        assertThat(lines).containsExactly("Shell> ls", "plain text");
    }

    @Test
    void aCursorPutOnAnotherRowEndsTheLineAndOnTheSameRowDoesNot() {
        send("\u001b[02;01Hone\u001b[02;04H more\u001b[03;01Htwo\u001b[Jthree\n");
        assertThat(lines).containsExactly("one more", "two", "three");
    }

    @Test
    void backspaceTakesBackAndLongLinesAreCut() {
        send("countdown 5\b4\b\b3\n" + "x".repeat(ConsoleText.LINE_BYTES_MAX + 1) + "\n");
        assertThat(lines.get(0)).isEqualTo("countdown3");
        assertThat(lines.get(1)).hasSize(ConsoleText.LINE_BYTES_MAX);
        assertThat(lines.get(2)).isEqualTo("x");
    }

    @Test
    void sequencesAndCharactersMayComeInPieces() {
        byte[] all = "\u001b[31mgr\u00fcn\u001b[0m\n".getBytes(StandardCharsets.UTF_8);
        for (byte b : all) {
            console.put(new byte[] {b}, 1);
        }
        assertThat(lines).containsExactly("gr\u00fcn");
    }

    @Test
    void whatWasFoundIsTaken() {
        send("boot 1\nmark a mark b\nboot 2\nShell> ");
        assertThat(await("boot \\d", false).orElseThrow().group()).isEqualTo("boot 1");
        assertThat(await("mark", false)).isPresent();
        assertThat(await("mark . *$", false).orElseThrow().group()).isEqualTo("mark b");
        assertThat(await("boot \\d", false).orElseThrow().group()).isEqualTo("boot 2");
        assertThat(await("Shell>", true)).isPresent();
        assertThat(await("Shell>", true)).isEmpty();
        send("exit\nShell> ");
        assertThat(await("exit", false)).isPresent();
        assertThat(await("Shell>", true)).isPresent();
    }

    @Test
    void anUnfinishedLineIsNoLineUntilTheConsoleEnds() {
        send("NVMETAP FAILED no");
        assertThat(await("FAILED.*", false)).isEmpty();
        send(" disk");
        console.end();
        assertThat(await("FAILED.*", false).orElseThrow().group()).isEqualTo("FAILED no disk");
    }

    @Test
    void aWaitEndsWhenTheTextComes() throws Exception {
        CompletableFuture<Optional<MatchResult>> found =
                CompletableFuture.supplyAsync(
                        () -> {
                            try {
                                return console.await(
                                        Pattern.compile("now"), false, Duration.ofSeconds(30));
                            } catch (InterruptedException e) {
                                return Optional.empty();
                            }
                        });
        send("not yet\n");
        send("now\n");
        assertThat(found.get(30, TimeUnit.SECONDS)).isPresent();
    }

    @Test
    void theFileKeepsAllBytesAndTheTranscriptIsPlain() throws IOException {
        String sent = "\u001b[1mone\u001b[0m\r\ntwo";
        console.pump(new ByteArrayInputStream(sent.getBytes(StandardCharsets.UTF_8)));
        assertThat(console.file()).hasContent(sent);
        assertThat(console.transcript()).isEqualTo("one\ntwo");
        assertThat(console.lastLine()).isEqualTo("two");
    }

    private void send(String text) {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        console.put(bytes, bytes.length);
    }

    private Optional<MatchResult> await(String pattern, boolean prompts) {
        try {
            return console.await(Pattern.compile(pattern), prompts, AT_ONCE);
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }
}
