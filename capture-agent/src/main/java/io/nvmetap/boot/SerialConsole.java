package io.nvmetap.boot;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Follows a serial console: one thread pumps, any thread waits for text. All bytes go into a file
 * as they came, up to {@link #FILE_BYTES_MAX}.
 */
final class SerialConsole {
    /** What comes after this many bytes is still searched, but not kept. */
    static final long FILE_BYTES_MAX = 64L << 20;

    /** Lines nobody waited for yet; when there are more, the oldest are forgotten. */
    static final int LINES_MAX = 50_000;

    private final Path file;
    private final Consumer<String> onLine;
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition news = lock.newCondition();
    private final Deque<String> unread = new ArrayDeque<>();
    private final ConsoleText text = new ConsoleText(this::finished);

    /** Characters of the unfinished line that an earlier wait has taken. */
    private int taken;

    private String lastLine = "";
    private boolean ended;

    /**
     * @param file where to keep what comes
     * @param onLine told each line, from the pumping thread; must not throw
     */
    SerialConsole(Path file, Consumer<String> onLine) {
        this.file = file;
        this.onLine = onLine;
    }

    Path file() {
        return file;
    }

    /** Reads until the other end closes. */
    void pump(InputStream in) {
        byte[] bytes = new byte[8192];
        long kept = 0;
        try (OutputStream out = Files.newOutputStream(file)) {
            for (int n = in.read(bytes); n >= 0; n = in.read(bytes)) {
                int room = (int) Math.min(n, FILE_BYTES_MAX - kept);
                out.write(bytes, 0, room);
                kept += room;
                put(bytes, n);
            }
        } catch (IOException closed) {
            // The machine is gone, or the disk is full: either way nothing more is to be had.
        } finally {
            end();
        }
    }

    void put(byte[] bytes, int count) {
        lock.lock();
        try {
            text.put(bytes, count);
            news.signalAll();
        } finally {
            lock.unlock();
        }
    }

    private void finished(String line) {
        String rest = line.substring(Math.min(taken, line.length()));
        if (taken == 0 || !rest.isEmpty()) {
            unread.add(rest);
        }
        taken = 0;
        if (unread.size() > LINES_MAX) {
            unread.remove();
        }
        lastLine = line.isBlank() ? lastLine : line.strip();
        onLine.accept(line);
    }

    void end() {
        lock.lock();
        try {
            ended = true;
            news.signalAll();
        } finally {
            lock.unlock();
        }
    }

    /**
     * Waits until a line holds {@code pattern}. Lines before it, and of its line what is up to the
     * end of the match, are taken: the next wait sees only what follows.
     *
     * @param prompts search the unfinished line too; once the console has ended that is always done
     * @return the match, empty if time is up or the console ended without it
     */
    Optional<MatchResult> await(Pattern pattern, boolean prompts, Duration patience)
            throws InterruptedException {
        long left = patience.toNanos();
        lock.lock();
        try {
            while (true) {
                Optional<MatchResult> found = searchLines(pattern);
                if (found.isEmpty() && (prompts || ended)) {
                    found = searchUnfinished(pattern);
                }
                if (found.isPresent() || ended || left <= 0) {
                    return found;
                }
                left = news.awaitNanos(left);
            }
        } finally {
            lock.unlock();
        }
    }

    private Optional<MatchResult> searchLines(Pattern pattern) {
        while (!unread.isEmpty()) {
            String line = unread.remove();
            Matcher m = pattern.matcher(line);
            if (m.find()) {
                if (m.end() < line.length()) {
                    unread.addFirst(line.substring(m.end()));
                }
                return Optional.of(m.toMatchResult());
            }
        }
        return Optional.empty();
    }

    private Optional<MatchResult> searchUnfinished(Pattern pattern) {
        String unfinished = text.unfinished();
        int from = Math.min(taken, unfinished.length());
        Matcher m = pattern.matcher(unfinished.substring(from));
        if (m.find()) {
            taken = from + m.end();
            return Optional.of(m.toMatchResult());
        }
        return Optional.empty();
    }

    /** Waits until the other end has closed, so that all it said has been searched and kept. */
    boolean awaitEnd(Duration patience) throws InterruptedException {
        long left = TimeUnit.NANOSECONDS.convert(patience);
        lock.lock();
        try {
            while (!ended && left > 0) {
                left = news.awaitNanos(left);
            }
            return ended;
        } finally {
            lock.unlock();
        }
    }

    /**
     * @return the last line that is not blank, unfinished ones included
     */
    String lastLine() {
        lock.lock();
        try {
            String unfinished = text.unfinished().strip();
            return unfinished.isEmpty() ? lastLine : unfinished;
        } finally {
            lock.unlock();
        }
    }

    /**
     * @return all that was kept, as lines of plain text
     */
    String transcript() throws IOException {
        StringBuilder all = new StringBuilder();
        ConsoleText plain = new ConsoleText(l -> all.append(l).append('\n'));
        byte[] bytes = Files.readAllBytes(file);
        plain.put(bytes, bytes.length);
        return all.append(plain.unfinished()).toString();
    }

    static byte[] keystrokes(String typed) {
        return typed.getBytes(StandardCharsets.UTF_8);
    }
}
