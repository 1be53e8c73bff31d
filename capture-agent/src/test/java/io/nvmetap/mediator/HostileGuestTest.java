package io.nvmetap.mediator;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;

import io.nvmetap.event.InterruptKind;
import io.nvmetap.event.ResetKind;
import io.nvmetap.nvme.AdminSqe;
import io.nvmetap.nvme.Opcodes;
import io.nvmetap.nvme.Registers;
import io.nvmetap.nvme.Sqe;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Whatever a guest does, nothing throws, hangs or grows. */
class HostileGuestTest {
    private static final int STEPS = 3_000;

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8})
    void shouldSurviveAnything(long seed) {
        for (String family : MediatorProfile.names()) {
            MediatorConfig config =
                    MediatorConfig.builder()
                            .profile(MediatorProfile.forController(family))
                            .ownLoad(seed % 2 == 0 ? 50_000 : 0, 3, 1000)
                            .copyDelayNs(seed % 3 == 0 ? 2_000 : 0)
                            .build();
            assertThatCode(() -> storm(config, seed))
                    .as("family " + family + " seed " + seed)
                    .doesNotThrowAnyException();
        }
    }

    @Test
    void shouldSurviveAnythingUnderEachFault() {
        for (MediatorFault fault : MediatorFault.values()) {
            MediatorConfig config = MediatorConfig.builder().fault(fault).faultRate(1, 3).build();
            assertThatCode(() -> storm(config, 99)).as(fault.id()).doesNotThrowAnyException();
        }
    }

    private static void storm(MediatorConfig config, long seed) {
        Random random = new Random(seed);
        TestGuest guest = new TestGuest(config);
        for (int step = 0; step < STEPS; step++) {
            if (step % 300 == 0) {
                guest.mediator.interruptMode(InterruptKind.values()[random.nextInt(4)]);
                guest.disable();
                guest.enable(2 + random.nextInt(30));
            }
            act(guest, random);
            guest.timeline.advance(random.nextInt(30_000));
        }
        assertThat(guest.driver().ownBytes()).isLessThanOrEqualTo(MediatorConfig.OWN_BYTES_MAX);
        guest.mediator.reset(ResetKind.MACHINE);
        assertThat(guest.driver().ownBytes()).isZero();
    }

    private static void act(TestGuest guest, Random random) {
        int[] widths = {1, 2, 4, 8, 3};
        int width = widths[random.nextInt(widths.length)];
        switch (random.nextInt(14)) {
            case 0:
                guest.mediator.writeRegister(random.nextInt(0x80), width, random.nextLong(), 1);
                break;
            case 1:
                guest.mediator.readRegister(random.nextInt(0x2000), width, -1);
                break;
            case 2:
                guest.mediator.writeRegister(
                        0x1000 + 4L * random.nextInt(12), 4, random.nextInt(80), 1);
                break;
            case 3:
                guest.mediator.writeRegister(random.nextLong(), width, random.nextLong(), 0);
                break;
            case 4:
                guest.mediator.writeMsix(random.nextInt(0x9000) - 8, width, random.nextInt(), 0);
                break;
            case 5:
                guest.mediator.readMsix(random.nextInt(0x9000) - 8, width, 0);
                break;
            case 6:
                if (random.nextInt(20) == 0) {
                    guest.reg(Registers.CC, random.nextInt());
                }
                break;
            case 7:
                createSomething(guest, random);
                break;
            case 8:
                noise(guest, random);
                break;
            default:
                sensible(guest, random);
                break;
        }
    }

    /** Random bytes as a command, data pointers anywhere, the mediator's own pages included. */
    private static void noise(TestGuest guest, Random random) {
        byte[] sqe = new byte[64];
        random.nextBytes(sqe);
        if (random.nextBoolean()) {
            Sqe.putOpcode(sqe, 0, random.nextInt(16));
            Sqe.putFlags(sqe, 0, 0);
            Sqe.putNsid(sqe, 0, 1);
            Sqe.putPrp1(sqe, 0, MediatorConfig.WINDOW_BASE_DEFAULT + 4096L * random.nextInt(16));
        }
        int qid = random.nextInt(3);
        if (guest.rings.containsKey(qid)) {
            guest.submit(qid, sqe);
        }
    }

    private static void createSomething(TestGuest guest, Random random) {
        boolean cq = random.nextBoolean();
        byte[] sqe = guest.sqe(cq ? Opcodes.ADMIN_CREATE_CQ : Opcodes.ADMIN_CREATE_SQ, 0);
        long base = random.nextInt(4) == 0 ? random.nextLong() & ~0xFFFL : guest.pages(20);
        Sqe.putPrp1(sqe, 0, base);
        int qid = random.nextInt(5);
        int size0 = random.nextInt(3) == 0 ? random.nextInt(0x10000) : random.nextInt(64);
        if (cq) {
            AdminSqe.putCreateCq(sqe, 0, qid, size0, random.nextInt(70), random.nextBoolean());
        } else {
            AdminSqe.putCreateSq(sqe, 0, qid, size0, random.nextInt(5));
        }
        guest.submit(0, sqe);
        guest.timeline.advance(100_000);
        if (random.nextInt(6) == 0) {
            byte[] delete = guest.sqe(cq ? Opcodes.ADMIN_DELETE_SQ : Opcodes.ADMIN_DELETE_CQ, 0);
            AdminSqe.putDeleteQueue(delete, 0, qid);
            guest.submit(0, delete);
        }
    }

    private static void sensible(TestGuest guest, Random random) {
        int qid = random.nextInt(3);
        if (!guest.rings.containsKey(qid)) {
            guest.ring(qid, 8, 8);
        }
        if (random.nextBoolean()) {
            byte[] sqe = guest.io(Opcodes.IO_READ, random.nextInt(8), 1, guest.page());
            if (random.nextInt(9) == 0) {
                sqe = guest.sqe(Opcodes.ADMIN_ASYNC_EVENT_REQUEST, 0);
            }
            guest.submit(qid, sqe);
        } else if (guest.take(qid) != null) {
            guest.ack(qid);
        }
    }

    @Test
    void shouldIgnoreATailBeyondTheQueueAndGoOn() {
        TestGuest guest = new TestGuest(MediatorConfig.builder().build());
        guest.bootLike(1, 16);
        guest.mediator.writeRegister(Registers.doorbellOffset(1, false, 0), 4, 16, 0);
        guest.mediator.writeRegister(Registers.doorbellOffset(1, false, 0), 4, 0xFFFF, 0);
        guest.mediator.writeRegister(Registers.doorbellOffset(9, false, 0), 4, 1, 0);
        guest.mediator.writeRegister(Registers.doorbellOffset(1, true, 0), 4, 3, 0);
        MediatorBootTest.burst(guest, 1, 8, 1);
    }

    @Test
    void shouldShowCfsWhenTheAdminQueueIsNotInMemory() {
        TestGuest guest = new TestGuest(MediatorConfig.builder().build());
        guest.prepareAdmin(8);
        guest.reg(Registers.ASQ + 4, 0x1000);
        guest.reg(Registers.CC, 0x460001);
        guest.waitReady(true);
        guest.timeline.advance(10_000_000);
        guest.mediator.writeRegister(0x1000, 4, 1, 0);
        guest.timeline.advance(10_000_000);
        assertThat(Registers.cstsCfs(guest.reg(Registers.CSTS))).isTrue();
        assertThat(guest.disable()).isTrue();
        assertThat(guest.enable(8)).isTrue();
    }
}
