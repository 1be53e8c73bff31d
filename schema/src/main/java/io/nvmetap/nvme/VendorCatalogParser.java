package io.nvmetap.nvme;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Parses the format described at the head of {@code vendor-catalog.txt}. */
final class VendorCatalogParser {
    private static final Pattern CDW_PAIR = Pattern.compile("cdw(1[0-5]):cdw(1[0-5])");

    /** Request buffers are a page at most. */
    private static final int MAX_SUBOP_BYTE = 4095;

    private final String source;
    private final Map<Integer, VendorCommand> commands;
    private final List<VendorCatalog.FlagNote> flags = new ArrayList<>();

    /** Commands this text has defined: a second definition is a mistake, one below it is not. */
    private final Set<Integer> definedHere = new HashSet<>();

    private int lineNumber;

    private VendorCatalogParser(String source, VendorCatalog below) {
        this.source = source;
        this.commands = new HashMap<>(below.commandsByKey());
    }

    static VendorCatalog parse(String source, List<String> lines, VendorCatalog below)
            throws VendorCatalogException {
        if (lines.size() > VendorCatalog.MAX_LINES) {
            throw new VendorCatalogException(
                    source + ": more than " + VendorCatalog.MAX_LINES + " lines; split the file");
        }
        VendorCatalogParser parser = new VendorCatalogParser(source, below);
        for (String line : lines) {
            parser.line(line.strip());
        }
        parser.flags.addAll(below.flagNotes());
        return new VendorCatalog(parser.commands, parser.flags);
    }

    private void line(String line) throws VendorCatalogException {
        lineNumber++;
        if (line.isEmpty() || line.startsWith("#")) {
            return;
        }
        String[] cells = line.split("\\|", -1);
        String[] head = cells[0].strip().split("\\s+");
        if (head.length < 2 || !head[0].equals("admin") && !head[0].equals("io")) {
            throw error("begin with 'admin OPCODE' or 'io OPCODE'");
        }
        boolean admin = head[0].equals("admin");
        if (head[1].equals("flags")) {
            flags(admin, head, cells);
        } else if (head.length == 2) {
            command(admin, head, cells);
        } else if (head.length == 4 && head[2].equals("sub")) {
            subop(admin, head, cells);
        } else {
            throw error("expected 'SCOPE OPCODE', 'SCOPE OPCODE sub CODE' or 'SCOPE flags MASK'");
        }
    }

    private void flags(boolean admin, String[] head, String[] cells) throws VendorCatalogException {
        if (head.length != 3) {
            throw error("expected 'SCOPE flags MASK | NAME | NOTE'");
        }
        int mask = hexByte(head[2]);
        if (mask == 0) {
            throw error("a flag mask needs at least one bit");
        }
        columns(cells, 3, "SCOPE flags MASK | NAME | NOTE");
        flags.add(new VendorCatalog.FlagNote(admin, mask, name(cells[1]), cells[2].strip()));
    }

    private void command(boolean admin, String[] head, String[] cells)
            throws VendorCatalogException {
        int opcode = hexByte(head[1]);
        columns(cells, 4, "SCOPE OPCODE | NAME | LAYOUT | NOTE");
        Opcode standard = Opcodes.of(admin, opcode);
        if (standard.defined()) {
            throw error(
                    head[0]
                            + " "
                            + head[1]
                            + " is "
                            + standard.name()
                            + "; only vendor or reserved opcodes can be named");
        }
        int key = VendorCatalog.key(admin, opcode);
        if (!definedHere.add(key)) {
            throw error(head[0] + " " + head[1] + " is named twice; keep one");
        }
        VendorCommand.Place request = VendorCommand.Place.NONE;
        VendorCommand.Place reply = VendorCommand.Place.NONE;
        OptionalInt subop = OptionalInt.empty();
        for (String hint : layout(cells[2])) {
            int equals = hint.indexOf('=');
            String value = hint.substring(equals + 1);
            switch (hint.substring(0, Math.max(equals, 0))) {
                case "request" -> request = place(value);
                case "reply" -> reply = place(value);
                case "subop" -> subop = OptionalInt.of(subopByte(value));
                default ->
                        throw error("layout '" + hint + "': use request=, reply=, subop= or '-'");
            }
        }
        String note = cells[3].strip();
        String name = name(cells[1]);
        commands.put(
                key, new VendorCommand(admin, opcode, name, request, reply, subop, Map.of(), note));
    }

    private void subop(boolean admin, String[] head, String[] cells) throws VendorCatalogException {
        columns(cells, 3, "SCOPE OPCODE sub CODE | NAME | NOTE");
        int key = VendorCatalog.key(admin, hexByte(head[1]));
        VendorCommand command = commands.get(key);
        if (command == null) {
            throw error("name " + head[0] + " " + head[1] + " before its sub-operations");
        }
        Map<Integer, String> subops = new HashMap<>(command.subops());
        subops.put(hexByte(head[3]), name(cells[1]));
        commands.put(
                key,
                new VendorCommand(
                        admin,
                        command.opcode(),
                        command.name(),
                        command.request(),
                        command.reply(),
                        command.subopByte(),
                        subops,
                        command.note()));
    }

    private static String[] layout(String cell) {
        String layout = cell.strip();
        return layout.equals("-") || layout.isEmpty() ? new String[0] : layout.split("\\s+");
    }

    private VendorCommand.Place place(String value) throws VendorCatalogException {
        if (value.equals("prp1")) {
            return new VendorCommand.Place(Sqe.PRP1_OFFSET + 4, Sqe.PRP1_OFFSET);
        }
        if (value.equals("prp2")) {
            return new VendorCommand.Place(Sqe.PRP2_OFFSET + 4, Sqe.PRP2_OFFSET);
        }
        Matcher pair = CDW_PAIR.matcher(value);
        if (!pair.matches()) {
            throw error("'" + value + "': use prp1, prp2 or cdwHIGH:cdwLOW with 10..15");
        }
        return new VendorCommand.Place(
                4 * Integer.parseInt(pair.group(1)), 4 * Integer.parseInt(pair.group(2)));
    }

    private int subopByte(String value) throws VendorCatalogException {
        if (!value.matches("[0-9]{1,4}") || Integer.parseInt(value) > MAX_SUBOP_BYTE) {
            throw error("subop '" + value + "': give a decimal byte offset up to 4095");
        }
        return Integer.parseInt(value);
    }

    private int hexByte(String text) throws VendorCatalogException {
        if (!text.matches("[0-9A-Fa-f]{1,2}")) {
            throw error("'" + text + "' is no hexadecimal byte (00 to FF, no prefix)");
        }
        return Integer.parseInt(text, 16);
    }

    private String name(String cell) throws VendorCatalogException {
        String name = cell.strip();
        if (name.isEmpty()) {
            throw error("a name is missing");
        }
        return name;
    }

    private void columns(String[] cells, int count, String form) throws VendorCatalogException {
        if (cells.length != count) {
            throw error(cells.length + " columns where " + count + " belong: " + form);
        }
    }

    private VendorCatalogException error(String what) {
        return new VendorCatalogException(source + ":" + lineNumber + ": " + what);
    }
}
