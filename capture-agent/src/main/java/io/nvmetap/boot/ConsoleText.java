package io.nvmetap.boot;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.function.Consumer;

/**
 * Makes lines of text out of what a serial terminal would be sent: drops escape sequences, obeys
 * backspace, and ends a line where the cursor is put elsewhere, as firmware does instead of sending
 * line feeds.
 */
final class ConsoleText {
    /** A longer line is cut into several. */
    static final int LINE_BYTES_MAX = 4096;

    private static final int ESCAPE = 0x1B;

    private enum State {
        TEXT,
        ESCAPED,
        SEQUENCE,
        CHARSET
    }

    private final Consumer<String> lines;
    private byte[] line = new byte[LINE_BYTES_MAX];
    private int length;
    private State state = State.TEXT;
    private final ByteArrayOutputStream arguments = new ByteArrayOutputStream();
    private String row = "";

    /**
     * @param lines takes each finished line, without its end
     */
    ConsoleText(Consumer<String> lines) {
        this.lines = lines;
    }

    void put(byte[] bytes, int count) {
        for (int i = 0; i < count; i++) {
            put(bytes[i] & 0xFF);
        }
    }

    /**
     * @return the line so far, a prompt for example
     */
    String unfinished() {
        return new String(line, 0, length, StandardCharsets.UTF_8);
    }

    private void put(int b) {
        switch (state) {
            case TEXT -> text(b);
            case ESCAPED -> {
                arguments.reset();
                state =
                        switch (b) {
                            case '[' -> State.SEQUENCE;
                            case '(', ')', '#' -> State.CHARSET;
                            default -> State.TEXT;
                        };
            }
            case CHARSET -> state = State.TEXT;
            case SEQUENCE -> sequence(b);
            default -> throw new IllegalStateException(state.name());
        }
    }

    private void text(int b) {
        switch (b) {
            case ESCAPE -> state = State.ESCAPED;
            case '\n' -> end();
            case '\b' -> length = Math.max(0, length - 1);
            default -> {
                // Carriage returns and other control characters are no text.
                if (b >= ' ' || b == '\t') {
                    line[length++] = (byte) b;
                    if (length == LINE_BYTES_MAX) {
                        end();
                    }
                }
            }
        }
    }

    private void sequence(int b) {
        if (b >= 0x40 && b <= 0x7E) {
            state = State.TEXT;
            if (b == 'H' || b == 'f') {
                moveTo(arguments.toString(StandardCharsets.US_ASCII));
            } else if (b == 'J' && length > 0) {
                end();
            }
        } else if (arguments.size() < 32) {
            arguments.write(b);
        }
    }

    /** The same row: the line goes on, as it does while a person types at a prompt. */
    private void moveTo(String position) {
        String newRow = position.split(";", 2)[0];
        if (!newRow.equals(row) && length > 0) {
            end();
        }
        row = newRow;
    }

    private void end() {
        String finished = unfinished();
        length = 0;
        lines.accept(finished);
    }
}
