package io.nvmetap.mediator;

import static org.assertj.core.api.Assertions.assertThat;

import io.nvmetap.device.VirtualTimeline;
import io.nvmetap.device.model.ControllerProfile;
import io.nvmetap.device.model.MemoryNamespace;
import io.nvmetap.device.model.ModelController;
import io.nvmetap.event.DecisionKind;
import io.nvmetap.event.EventKind;
import io.nvmetap.event.InterruptKind;
import io.nvmetap.event.Owner;
import io.nvmetap.event.Side;
import io.nvmetap.nvme.AdminSqe;
import io.nvmetap.nvme.IdentifyController;
import io.nvmetap.nvme.Opcodes;
import io.nvmetap.nvme.Registers;
import io.nvmetap.nvme.Sqe;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Boots through the unfaulted mediator, data verified. */
class MediatorBootTest {
    @Test
    void shouldFilterIdentifyControllerForTheGuest() {
        TestGuest guest = new TestGuest(MediatorConfig.builder().mdtsMax(6).build());
        assertThat(guest.enable(2)).isTrue();
        byte[] data = guest.identify(1, 0);
        assertThat(data).isNotNull();
        IdentifyController id = new IdentifyController(data);
        assertThat(id.mdts()).isEqualTo(6);
        assertThat(id.sgls()).isZero();
        assertThat(id.oacs() & IdentifyController.OACS_DOORBELL_BUFFER).isZero();
        assertThat(guest.tap.where(e -> e.decision == DecisionKind.FILTERED)).isNotEmpty();
    }

    @Test
    void shouldHonourPrp2OfIdentify() {
        TestGuest guest = new TestGuest(MediatorConfig.builder().build());
        assertThat(guest.enable(8)).isTrue();
        long first = guest.pages(4);
        long second = guest.page();
        byte[] sqe = guest.sqe(Opcodes.ADMIN_IDENTIFY, 0);
        AdminSqe.putIdentify(sqe, 0, 1, 0);
        Sqe.putPrp1(sqe, 0, first + 0x800);
        Sqe.putPrp2(sqe, 0, second);
        assertThat(TestGuest.status(guest.run(0, sqe))).isZero();
        byte[] data = new byte[4096];
        guest.memory.read(first + 0x800, data, 0, 0x800);
        guest.memory.read(second, data, 0x800, 0x800);
        assertThat(new IdentifyController(data).mn()).startsWith("nvmetap");
        assertThat(guest.memory.readLong(first + 0x1000)).isZero();
    }

    @Test
    void shouldBootAsEdk2DoesWithoutAskingForQueues() {
        TestGuest guest = new TestGuest(MediatorConfig.builder().build());
        guest.reg(Registers.CC, 0);
        assertThat(guest.enable(2)).isTrue();
        assertThat(guest.identify(1, 0)).isNotNull();
        assertThat(guest.createPair(1, 2, 0, false)).isZero();
        assertThat(guest.createPair(2, 64, 0, false)).isZero();
        for (int i = 0; i < 20; i++) {
            roundTrip(guest, 1 + i % 2, i);
        }
        assertThat(guest.rings.get(1).lastSqid).isEqualTo(1);
        assertThat(guest.rings.get(1).lastSqhd).isLessThan(2);
        assertNothingStrange(guest);
    }

    @ParameterizedTest
    @ValueSource(strings = {"generic", "toshiba", "samsung", "intel", "apple", "apple-ans2"})
    void shouldBootAsLinuxDoesOnEachFamily(String family) {
        MediatorProfile profile = MediatorProfile.forController(family);
        TestGuest guest = new TestGuest(MediatorConfig.builder().profile(profile).build());
        if (profile.ioSqeBytes() != 0) {
            guest.stride = profile.ioSqeBytes();
        }
        int pairs = Math.min(2, guest.device.profile().ioQueuePairsMax());
        boolean oneVector = guest.device.profile().vectors() == 1;
        guest.mediator.interruptMode(InterruptKind.MSIX);
        guest.unmask(0, true);
        assertThat(guest.enable(32)).isTrue();
        assertThat(guest.setQueues(pairs)).isZero();
        for (int qid = 1; qid <= pairs; qid++) {
            guest.unmask(oneVector ? 0 : qid, true);
            assertThat(guest.createPair(qid, 64, oneVector ? 0 : qid, true)).isZero();
        }
        for (int round = 0; round < 10; round++) {
            burst(guest, 1 + round % pairs, 30, round);
        }
        assertThat(guest.messages).isNotEmpty();
        assertNothingStrange(guest);
        deviceCidsTakeTurns(guest);
        for (int qid = 1; qid <= pairs; qid++) {
            assertThat(guest.delete(Opcodes.ADMIN_DELETE_SQ, qid)).isZero();
            assertThat(guest.delete(Opcodes.ADMIN_DELETE_CQ, qid)).isZero();
        }
        assertThat(guest.disable()).isTrue();
        // Where RDY is not polled, queue memory waits until somebody saw it read 0.
        guest.timeline.advance(1_000_000);
        guest.reg(Registers.CSTS);
        assertThat(guest.driver().ownBytes()).isZero();
    }

    @Test
    void shouldBootThroughTwoMediatorsInARow() {
        VirtualTimeline timeline = new VirtualTimeline();
        ModelController device =
                new ModelController(
                        ControllerProfile.byName("generic"),
                        List.of(new MemoryNamespace(1 << 20, 512)),
                        timeline,
                        1,
                        Set.of());
        RecordingTap inner = new RecordingTap(timeline);
        MediatorConfig far =
                MediatorConfig.builder()
                        .windowBase(
                                MediatorConfig.WINDOW_BASE_DEFAULT + MediatorConfig.WINDOW_BYTES)
                        .build();
        Mediator below = new Mediator(far, device, timeline, inner);
        TestGuest guest = new TestGuest(MediatorConfig.builder().build(), below, timeline);
        guest.bootLike(2, 32);
        for (int round = 0; round < 5; round++) {
            burst(guest, 1 + round % 2, 20, round);
        }
        assertNothingStrange(guest);
        assertThat(inner.of(EventKind.COMPLETION_COPIED)).isNotEmpty();
    }

    @Test
    void shouldServeAllCommandSetsWhereCapShowsThem() {
        TestGuest guest = new TestGuest(MediatorConfig.builder().build());
        assertThat(Registers.capCss(guest.mediator.readRegister(0, 8, 0))).isEqualTo(0x41);
        assertThat(guest.enable(32, 0x460061)).isTrue();
        assertThat(guest.identify(1, 0)).isNotNull();
    }

    @Test
    void shouldRefuseACommandSetThatCapDoesNotShowAndRecover() {
        TestGuest guest = new TestGuest(MediatorConfig.builder().build());
        assertThat(guest.enable(32, 0x460021)).isFalse();
        assertThat(Registers.cstsCfs(guest.reg(Registers.CSTS))).isTrue();
        assertThat(guest.disable()).isTrue();
        assertThat(guest.enable(32)).isTrue();
        assertThat(guest.identify(1, 0)).isNotNull();
    }

    static void roundTrip(TestGuest guest, int qid, int slba) {
        long out = guest.page();
        long in = guest.page();
        byte[] data = new byte[512];
        Arrays.fill(data, (byte) (slba * 7 + qid));
        guest.memory.write(out, data, 0, 512);
        byte[] write = guest.io(Opcodes.IO_WRITE, slba, 1, out);
        assertThat(TestGuest.status(guest.run(qid, write))).isZero();
        byte[] read = guest.io(Opcodes.IO_READ, slba, 1, in);
        assertThat(TestGuest.status(guest.run(qid, read))).isZero();
        byte[] back = new byte[512];
        guest.memory.read(in, back, 0, 512);
        assertThat(back).isEqualTo(data);
    }

    /** Writes {@code depth} different blocks at once, then reads them back at once. */
    static void burst(TestGuest guest, int qid, int depth, int round) {
        long out = guest.pages(depth);
        long in = guest.pages(depth);
        for (int i = 0; i < depth; i++) {
            guest.memory.writeLong(out + 4096L * i, 1_000_000L * round + i + 1);
            guest.place(qid, guest.io(Opcodes.IO_WRITE, 8L * i, 1, out + 4096L * i));
        }
        guest.ring(qid);
        reap(guest, qid, depth);
        for (int i = 0; i < depth; i++) {
            guest.place(qid, guest.io(Opcodes.IO_READ, 8L * i, 1, in + 4096L * i));
        }
        guest.ring(qid);
        reap(guest, qid, depth);
        for (int i = 0; i < depth; i++) {
            assertThat(guest.memory.readLong(in + 4096L * i)).isEqualTo(1_000_000L * round + i + 1);
        }
    }

    private static void reap(TestGuest guest, int qid, int count) {
        for (int i = 0; i < count; i++) {
            assertThat(TestGuest.status(guest.await(qid))).isZero();
        }
    }

    private static void assertNothingStrange(TestGuest guest) {
        assertThat(
                        guest.tap.where(
                                e ->
                                        e.kind == EventKind.DECISION
                                                && (e.decision == DecisionKind.IGNORED
                                                        || e.decision == DecisionKind.REJECTED)))
                .isEmpty();
    }

    /** A command identifier is not used again while others are free. */
    private static void deviceCidsTakeTurns(TestGuest guest) {
        Set<Integer> cids = new HashSet<>();
        int last = -1;
        for (var e :
                guest.tap.where(
                        e ->
                                e.kind == EventKind.COMMAND_EMITTED
                                        && e.side == Side.DEVICE
                                        && e.owner == Owner.GUEST
                                        && e.qid == 1)) {
            int cid = Sqe.cid(e.entry, 0);
            assertThat(cid).isNotEqualTo(last);
            cids.add(cid);
            last = cid;
        }
        assertThat(cids.size()).isGreaterThan(32);
    }
}
