package io.nvmetap.script;

import java.util.List;

/**
 * A reproducer before it is written down.
 *
 * @param about what it is made of, lines for people
 * @param steps what it does, in order
 * @param expected what was answered when it was recorded
 */
public record Script(List<String> about, List<Step> steps, List<Expected> expected) {
    /** PCI device and function that are driven: 04.0 on bus 0. */
    public static final int FUNCTION = 0x20;

    /** Where its BAR0 is put. */
    public static final long BAR_ADDRESS = 0xE000_0000L;

    /** Memory of the machine, MiB. */
    public static final int MEMORY_MIB = 512;

    /** RAM that a reproducer uses begins here. */
    public static final long RAM_FIRST = 1L << 20;

    public Script {
        about = List.copyOf(about);
        steps = List.copyOf(steps);
        expected = List.copyOf(expected);
    }

    /**
     * A completion as recorded.
     *
     * @param status 15 bits, -1 not seen
     * @param what the command, for people
     */
    public record Expected(int sqid, int cid, int status, String what) {}

    /** How the machine is started, as lines that a shell takes. */
    public static List<String> machine(String qtest) {
        return List.of(
                "qemu-system-x86_64 -machine q35 -accel tcg -m "
                        + MEMORY_MIB
                        + " -nodefaults -display none -S \\",
                "  -blockdev null-co,node-name=disk,size=1099511627776,read-zeroes=on \\",
                "  -device nvme,serial=nvmetap,drive=disk,addr=04.0 \\",
                "  -qtest " + qtest + " -qtest-log none");
    }
}
