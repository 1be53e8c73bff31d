package io.nvmetap.device.vfiouser;

import io.nvmetap.nvme.LittleEndian;
import java.util.Arrays;
import java.util.List;
import java.util.random.RandomGenerator;

/** Makes messages no good client sends out of ones it does. */
final class Mutator {
    /** What is in the place of a descriptor. */
    enum Kind {
        EVENT,
        MEMORY,
        PIPE
    }

    /**
     * @param size what the header says, header included; right in most
     */
    record Bad(int id, int command, int flags, int size, byte[] body, List<Kind> with) {
        byte[] bytes() {
            byte[] b = RawPeer.message(id, command, flags, 0, body);
            LittleEndian.put32(b, 4, size);
            return b;
        }
    }

    private record Seed(int command, byte[] body, Kind... with) {}

    private static final Seed[] SEEDS = {
        new Seed(VfioUser.COMMAND_VERSION, Bodies.version()),
        new Seed(VfioUser.COMMAND_DMA_MAP, Bodies.map(0, 0x10000, 3, 0), Kind.MEMORY),
        new Seed(VfioUser.COMMAND_DMA_MAP, Bodies.map(0x10000, 0x1000, 1, 0x1000), Kind.MEMORY),
        new Seed(VfioUser.COMMAND_DMA_MAP, Bodies.map(0x20000, 0x1000, 3, 0)),
        new Seed(VfioUser.COMMAND_DMA_UNMAP, Bodies.unmap(0, 0x10000, 0)),
        new Seed(VfioUser.COMMAND_DMA_UNMAP, Bodies.unmap(0, 0, 2)),
        new Seed(VfioUser.COMMAND_DEVICE_GET_INFO, Bodies.deviceInfo()),
        new Seed(VfioUser.COMMAND_DEVICE_GET_REGION_INFO, Bodies.regionInfo(0)),
        new Seed(VfioUser.COMMAND_DEVICE_GET_REGION_IO_FDS, Bodies.words(16, 0, 0, 0)),
        new Seed(VfioUser.COMMAND_DEVICE_GET_IRQ_INFO, Bodies.irqInfo(2)),
        new Seed(VfioUser.COMMAND_DEVICE_SET_IRQS, Bodies.irqs(0x24, 2, 0, 1), Kind.EVENT),
        new Seed(VfioUser.COMMAND_DEVICE_SET_IRQS, Bodies.irqs(0x24, 0, 0, 1), Kind.EVENT),
        new Seed(VfioUser.COMMAND_DEVICE_SET_IRQS, Bodies.irqs(0x21, 1, 0, 0)),
        new Seed(VfioUser.COMMAND_DEVICE_SET_IRQS, Bodies.irqs(0x11, 0, 0, 1)),
        new Seed(VfioUser.COMMAND_DEVICE_SET_IRQS, Bodies.irqs(0x22, 2, 0, 4, 1, 0, 1, 1)),
        new Seed(VfioUser.COMMAND_REGION_READ, Bodies.access(0, 0x1C, 4)),
        new Seed(VfioUser.COMMAND_REGION_READ, Bodies.access(7, 0, 256)),
        new Seed(VfioUser.COMMAND_REGION_READ, Bodies.access(4, 0, 64)),
        new Seed(VfioUser.COMMAND_REGION_WRITE, Bodies.write32(0, 0x24, 0x1F001F)),
        new Seed(VfioUser.COMMAND_REGION_WRITE, Bodies.write32(0, 0x28, 0x1000)),
        new Seed(VfioUser.COMMAND_REGION_WRITE, Bodies.write32(0, 0x30, 0x2000)),
        new Seed(VfioUser.COMMAND_REGION_WRITE, Bodies.write32(0, 0x14, 0x460001)),
        new Seed(VfioUser.COMMAND_REGION_WRITE, Bodies.write32(0, 0x1000, 1)),
        new Seed(VfioUser.COMMAND_REGION_WRITE, Bodies.write32(7, 4, 6)),
        new Seed(VfioUser.COMMAND_REGION_WRITE, Bodies.write32(7, 0x78, 0x8000)),
        new Seed(VfioUser.COMMAND_REGION_WRITE, Bodies.write32(4, 12, 0)),
        new Seed(
                VfioUser.COMMAND_REGION_WRITE_MULTI,
                Bodies.multi(new Bodies.One(0, 0x1000, 4, 2), new Bodies.One(0, 0x28, 8, 0x3000))),
        new Seed(VfioUser.COMMAND_DMA_READ, Bodies.words(0, 0, 64, 0)),
        new Seed(VfioUser.COMMAND_DEVICE_RESET, Bodies.NONE),
    };

    private static final long[] TELLING = {
        0,
        1,
        -1,
        3,
        4,
        7,
        8,
        15,
        16,
        31,
        32,
        255,
        256,
        4095,
        4096,
        65535,
        65536,
        1 << 20,
        Integer.MAX_VALUE,
        1L << 31,
        0xFFFF_FFFFL,
        1L << 32,
        Long.MAX_VALUE,
        Long.MIN_VALUE,
        Long.MAX_VALUE - 4095,
        -4096
    };

    private Mutator() {}

    /** A message: one in four is right. */
    static Bad next(RandomGenerator random) {
        Seed seed = SEEDS[random.nextInt(SEEDS.length)];
        byte[] body = seed.body.clone();
        int command = seed.command;
        int flags = 0;
        Kind[] with = seed.with;
        int rounds = random.nextInt(4);
        for (int i = 0; i < rounds; i++) {
            switch (random.nextInt(7)) {
                case 0 -> body = Arrays.copyOf(body, random.nextInt(2 * body.length + 9));
                case 1 -> flip(body, random);
                case 2, 3 -> overwrite(body, random);
                case 4 ->
                        command =
                                random.nextInt(8) == 0 ? random.nextInt(65536) : random.nextInt(18);
                case 5 ->
                        flags = random.nextInt(4) == 0 ? random.nextInt() : VfioUser.FLAG_NO_REPLY;
                default -> with = descriptors(random);
            }
        }
        int size = 16 + body.length;
        return new Bad(random.nextInt(65536), command, flags, size, body, List.of(with));
    }

    /** The same, with a header that lies about its size now and then. */
    static Bad nextFramed(RandomGenerator random) {
        Bad bad = next(random);
        if (random.nextInt(200) != 0) {
            return bad;
        }
        int size = random.nextBoolean() ? random.nextInt(64) : random.nextInt();
        return new Bad(bad.id, bad.command, bad.flags, size, bad.body, bad.with);
    }

    private static void flip(byte[] body, RandomGenerator random) {
        for (int i = 0; body.length > 0 && i < 3; i++) {
            body[random.nextInt(body.length)] ^= (byte) (1 << random.nextInt(8));
        }
    }

    private static void overwrite(byte[] body, RandomGenerator random) {
        long value = TELLING[random.nextInt(TELLING.length)];
        int words = body.length / 4;
        if (words > 0) {
            LittleEndian.put32(body, 4 * random.nextInt(words), (int) value);
        }
        if (words > 1 && random.nextBoolean()) {
            LittleEndian.put64(body, 4 * random.nextInt(words - 1), value);
        }
    }

    private static Kind[] descriptors(RandomGenerator random) {
        Kind[] kinds = new Kind[random.nextInt(16) == 0 ? random.nextInt(20) : random.nextInt(3)];
        Arrays.setAll(kinds, i -> Kind.values()[random.nextInt(Kind.values().length)]);
        return kinds;
    }
}
