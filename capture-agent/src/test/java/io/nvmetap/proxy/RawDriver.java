package io.nvmetap.proxy;

import static org.assertj.core.api.Assertions.assertThat;

import io.nvmetap.device.vfiouser.EventWatch;
import io.nvmetap.device.vfiouser.MemoryFile;
import io.nvmetap.device.vfiouser.VfioUser;
import io.nvmetap.nvme.AdminSqe;
import io.nvmetap.nvme.Registers;
import io.nvmetap.nvme.Sqe;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;

/**
 * A small NVMe driver over {@link RawClient}: admin queues and one I/O queue pair with an MSI-X
 * vector each, one command at a time. Doorbells are posted writes, as QEMU's are.
 */
final class RawDriver implements AutoCloseable {
    static final int ENTRIES = 8;
    private static final long RAM = 0x10_0000;
    private static final int RAM_BYTES = 1 << 20;
    private static final int ATTACH = VfioUser.IRQ_DATA_EVENTFD | VfioUser.IRQ_ACTION_TRIGGER;
    private static final int QUEUE_BYTES = 0x2000;
    private static final int DATA = 0x8000;
    private static final int BAR0 = VfioUser.REGION_BAR0;

    final RawClient client;
    private final MemoryFile file = new MemoryFile("nvmetap-test-ram", RAM_BYTES);
    private final ByteBuffer ram = file.buffer().bytes();
    private final Semaphore[] interrupts = {new Semaphore(0), new Semaphore(0)};
    private final EventWatch watch = new EventWatch("test-interrupts", failure -> {});
    private final int[] tails = new int[2];
    private final int[] positions = new int[2];
    private int cids;
    int done;

    RawDriver(RawClient client) throws IOException {
        this.client = client;
    }

    /** From VERSION to a queue pair that takes commands. */
    void start() throws Exception {
        client.version();
        byte[] map = RawClient.map(RAM, RAM_BYTES, 3, 0);
        assertThat(client.ask(VfioUser.COMMAND_DMA_MAP, map, descriptor()).isError()).isFalse();
        client.write(VfioUser.REGION_CONFIG, 4, 2, 6);
        for (int vector = 0; vector < 2; vector++) {
            Semaphore interrupt = interrupts[vector];
            EventWatch.Event event = watch.add(interrupt::release, () -> {});
            byte[] attach = RawClient.irqs(ATTACH, VfioUser.IRQ_MSIX, vector, 1);
            assertThat(
                            client.ask(VfioUser.COMMAND_DEVICE_SET_IRQS, attach, event.descriptor())
                                    .isError())
                    .isFalse();
        }
        client.read(BAR0, Registers.CAP, 8);
        client.write(BAR0, Registers.AQA, 4, Registers.aqa(ENTRIES, ENTRIES));
        client.write(BAR0, Registers.ASQ, 8, RAM);
        client.write(BAR0, Registers.ACQ, 8, RAM + 0x1000);
        client.write(BAR0, Registers.CC, 4, 0x46_0001);
        awaitReady(true);
        byte[] cq = sqe(5);
        Sqe.putPrp1(cq, 0, RAM + QUEUE_BYTES + 0x1000);
        AdminSqe.putCreateCq(cq, 0, 1, ENTRIES - 1, 1, true);
        run(0, cq);
        byte[] sq = sqe(1);
        Sqe.putPrp1(sq, 0, RAM + QUEUE_BYTES);
        AdminSqe.putCreateSq(sq, 0, 1, ENTRIES - 1, 1);
        run(0, sq);
    }

    private io.nvmetap.device.vfiouser.Descriptor descriptor() throws IOException {
        return file.descriptor();
    }

    void stop() throws IOException {
        client.write(BAR0, Registers.CC, 4, 0x46_0000);
        awaitReady(false);
    }

    private void awaitReady(boolean ready) throws IOException {
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(10);
        while (Registers.cstsRdy((int) client.read(BAR0, Registers.CSTS, 4)) != ready) {
            assertThat(System.nanoTime()).isLessThan(deadline);
        }
    }

    byte[] sqe(int opcode) {
        byte[] sqe = new byte[Sqe.SIZE];
        Sqe.putOpcode(sqe, 0, opcode);
        return sqe;
    }

    /** Identify Controller. */
    void identify() throws Exception {
        byte[] sqe = sqe(6);
        Sqe.putPrp1(sqe, 0, RAM + DATA);
        AdminSqe.putIdentify(sqe, 0, 1, 0);
        run(0, sqe);
    }

    /** A read of one block. */
    void read(long slba) throws Exception {
        byte[] sqe = sqe(2);
        Sqe.putNsid(sqe, 0, 1);
        Sqe.putPrp1(sqe, 0, RAM + DATA);
        Sqe.putCdw10(sqe, 0, (int) slba);
        run(1, sqe);
    }

    /** Submits, waits for the interrupt and the completion, acknowledges. */
    void run(int qid, byte[] sqe) throws Exception {
        Sqe.putCid(sqe, 0, ++cids & 0xFFF);
        int sq = qid * QUEUE_BYTES;
        ram.put(sq + tails[qid] * Sqe.SIZE, sqe);
        java.lang.invoke.VarHandle.fullFence();
        tails[qid] = (tails[qid] + 1) % ENTRIES;
        ring(qid, false, tails[qid]);
        assertThat(interrupts[qid].tryAcquire(10, TimeUnit.SECONDS)).isTrue();
        int position = positions[qid]++;
        int cqe = sq + 0x1000 + position % ENTRIES * 16;
        int dw3 = ram.getInt(cqe + 12);
        assertThat(dw3 >>> 16 & 1).isEqualTo(1 - position / ENTRIES % 2);
        assertThat(dw3 & 0xFFFF).isEqualTo(Sqe.cid(sqe, 0));
        assertThat(dw3 >>> 17).isZero();
        ring(qid, true, (position + 1) % ENTRIES);
        done++;
    }

    private void ring(int qid, boolean completion, int value) throws IOException {
        long offset = Registers.doorbellOffset(qid, completion, 0);
        client.post(VfioUser.COMMAND_REGION_WRITE, RawClient.store(BAR0, offset, 4, value));
    }

    @Override
    public void close() throws IOException {
        watch.close();
        client.close();
        file.close();
    }
}
