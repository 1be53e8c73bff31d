package io.nvmetap.nvme;

/**
 * One opcode of the admin or an I/O queue; see {@link Opcodes}.
 *
 * @param admin whether it belongs to the admin queue
 * @param code 0..255
 * @param kind what defines it
 * @param name the specification's name, or "Vendor Specific C1h", "Reserved 3Fh"
 * @param clause where it is defined, "" for a reserved or vendor opcode
 * @param timeExempt may legally take longer than any ordinary limit, so silence is no stall
 */
public record Opcode(
        boolean admin, int code, Kind kind, String name, String clause, boolean timeExempt) {

    /** What defines an opcode. */
    public enum Kind {
        /** Base specification or NVM command set. */
        STANDARD,
        /** Zoned Namespace command set. */
        ZONED,
        /** NVMe over Fabrics; not to be seen on a PCIe queue. */
        FABRICS,
        /** Free for vendors: admin C0h-FFh, I/O 80h-FFh. */
        VENDOR,
        /** Nothing defines it. */
        RESERVED
    }

    /** Direction of data, from opcode bits 1:0 (NVMe Base 2.0c 5, Admin Command Set). */
    public enum Direction {
        NONE,
        HOST_TO_CONTROLLER,
        CONTROLLER_TO_HOST,
        BIDIRECTIONAL
    }

    private static final Direction[] DIRECTIONS = Direction.values();

    /**
     * Direction by opcode bits 1:0. Vendor opcodes are meant to follow the rule too; whether a
     * given command moves data at all depends on the command (see {@link DataLength}).
     */
    public Direction direction() {
        return DIRECTIONS[code & 3];
    }

    /** Whether a specification names this opcode. */
    public boolean defined() {
        return kind != Kind.VENDOR && kind != Kind.RESERVED;
    }
}
