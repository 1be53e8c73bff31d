package io.nvmetap.nvme;

import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * Names for vendor commands: the bundled {@code vendor-catalog.txt}, and a user's file on top of
 * it. The format is described at the head of that file. Immutable.
 */
public final class VendorCatalog {
    /** Largest catalog file, in bytes. */
    public static final int MAX_BYTES = 256 * 1024;

    /** Most lines of a catalog file. */
    public static final int MAX_LINES = 4096;

    private static final String BUNDLED = "vendor-catalog.txt";

    /** Commands by {@link #key}. */
    private final Map<Integer, VendorCommand> commands;

    private final List<FlagNote> flags;

    VendorCatalog(Map<Integer, VendorCommand> commands, List<FlagNote> flags) {
        this.commands = Map.copyOf(commands);
        this.flags = List.copyOf(flags);
    }

    /**
     * Bits of command byte 1 that a vendor uses.
     *
     * @param admin whether it speaks of the admin queue
     * @param mask bits, 1..255
     * @param name what to call them
     * @param note one sentence, may be ""
     */
    public record FlagNote(boolean admin, int mask, String name, String note) {}

    /** A catalog without entries. */
    public static VendorCatalog empty() {
        return new VendorCatalog(Map.of(), List.of());
    }

    /** The catalog that comes with the program. */
    public static VendorCatalog bundled() {
        return Bundled.CATALOG;
    }

    /** Holder, so that the text is parsed once and only when wanted. */
    private static final class Bundled {
        static final VendorCatalog CATALOG = parseBundled();

        private static VendorCatalog parseBundled() {
            try {
                List<String> lines = BundledTable.lines(BUNDLED);
                return VendorCatalogParser.parse(BUNDLED, lines, empty());
            } catch (VendorCatalogException e) {
                throw new IllegalStateException(e.getMessage(), e);
            }
        }
    }

    /**
     * This catalog with the entries of {@code text} on top; where both name a command, the text
     * wins.
     *
     * @param source name for error messages
     * @throws VendorCatalogException for a malformed line (with its number) or a bound exceeded
     */
    public VendorCatalog with(String source, String text) throws VendorCatalogException {
        if (text.getBytes(StandardCharsets.UTF_8).length > MAX_BYTES) {
            throw tooLarge(source);
        }
        return VendorCatalogParser.parse(source, text.lines().toList(), this);
    }

    /**
     * This catalog with a user's file on top.
     *
     * @throws VendorCatalogException if the file cannot be read, is too large, is not UTF-8 text,
     *     or has a malformed line
     */
    public VendorCatalog withFile(Path file) throws VendorCatalogException {
        byte[] bytes;
        try (InputStream in = Files.newInputStream(file)) {
            bytes = in.readNBytes(MAX_BYTES + 1);
        } catch (IOException e) {
            throw new VendorCatalogException(file + ": cannot be read: " + e.getMessage(), e);
        }
        if (bytes.length > MAX_BYTES) {
            throw tooLarge(file.toString());
        }
        try {
            String text =
                    StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes)).toString();
            return with(file.toString(), text);
        } catch (CharacterCodingException e) {
            throw new VendorCatalogException(file + ": not UTF-8 text; save it as UTF-8", e);
        }
    }

    private static VendorCatalogException tooLarge(String source) {
        return new VendorCatalogException(
                source + ": larger than " + MAX_BYTES + " bytes; keep only the entries you need");
    }

    /** The command an opcode stands for, if named. */
    public Optional<VendorCommand> find(boolean admin, int opcode) {
        return Optional.ofNullable(commands.get(key(admin, opcode)));
    }

    /** The first note on any bit set in command byte 1. */
    public Optional<FlagNote> flagNote(boolean admin, int flagByte) {
        for (FlagNote note : flags) {
            if (note.admin() == admin && (note.mask() & flagByte) != 0) {
                return Optional.of(note);
            }
        }
        return Optional.empty();
    }

    /** All named commands, admin first, by opcode. */
    public List<VendorCommand> commands() {
        return commands.entrySet().stream()
                .sorted(Map.Entry.comparingByKey())
                .map(Map.Entry::getValue)
                .collect(Collectors.toUnmodifiableList());
    }

    /** All notes on bits of byte 1. */
    public List<FlagNote> flagNotes() {
        return flags;
    }

    Map<Integer, VendorCommand> commandsByKey() {
        return commands;
    }

    static int key(boolean admin, int opcode) {
        return (admin ? 0 : 0x100) | opcode & 0xFF;
    }
}
