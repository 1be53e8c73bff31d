package io.nvmetap.device.model;

import static org.assertj.core.api.Assertions.assertThat;

import io.nvmetap.nvme.AdminSqe;
import io.nvmetap.nvme.Cqe;
import io.nvmetap.nvme.Opcodes;
import io.nvmetap.nvme.StatusCode;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** What controllers do with queues that come, go and come again. */
class ModelQueueLifeTest {
    private static final long DATA = TinyDriver.DATA;

    private final ControllerProfile generic = ControllerProfile.byName("generic");
    private final ControllerProfile often = generic.withKnobs(ModelKnobs.DEFAULT.withFaultEvery(8));

    private static int deleteSq(TinyDriver driver) {
        return driver.admin(Opcodes.ADMIN_DELETE_SQ, sqe -> AdminSqe.putDeleteQueue(sqe, 0, 1));
    }

    private static int deleteCq(TinyDriver driver) {
        return driver.admin(Opcodes.ADMIN_DELETE_CQ, sqe -> AdminSqe.putDeleteQueue(sqe, 0, 1));
    }

    /** Status of one long Read whose queue is deleted under it, -1 none came. */
    private static int deletedUnder(ControllerProfile profile) {
        TinyDriver driver = TinyDriver.started(profile);
        driver.submit(1, Opcodes.IO_READ, TinyDriver.io(0, 1, DATA));
        driver.time.advance(1_000);
        assertThat(deleteSq(driver)).isZero();
        return TinyDriver.status(driver.next(1));
    }

    @Test
    void shouldEndCommandsWithTheirQueueUnlessTheFamilyIsLate() {
        ControllerProfile slow = generic.withLatency(generic.latency().withIo(900_000, 0, 0));
        assertThat(deletedUnder(slow)).isEqualTo(StatusCode.ABORTED_SQ_DELETION);
        assertThat(deletedUnder(slow.withQuirks(Set.of(Quirk.LATE_AFTER_DELETE)))).isZero();
    }

    @Test
    void shouldRefuseOneCreateOfTheFirstFew() {
        TinyDriver driver =
                new TinyDriver(often, ControllerFault.STATE_CHANGED_BEFORE_CONTROLLER_AGREED);
        driver.enable();
        int refused = 0;
        for (int qid = 1; qid <= 16; qid++) {
            int status = driver.createCq(qid, 7, 0, false);
            assertThat(status).isIn(StatusCode.SUCCESS, StatusCode.INTERNAL_ERROR);
            if (status != StatusCode.SUCCESS) {
                refused++;
                assertThat(driver.createCq(qid, 7, 0, false)).isZero();
            }
        }
        assertThat(refused).isOne();
    }

    /** SQHD of the first completion of a queue that was deleted and created again. */
    private int firstHead(ControllerFault... faults) {
        TinyDriver driver = TinyDriver.started(generic, faults);
        for (int i = 0; i < 5; i++) {
            assertThat(driver.io(Opcodes.IO_READ, 0, 1, DATA)).isZero();
        }
        assertThat(deleteSq(driver)).isZero();
        assertThat(deleteCq(driver)).isZero();
        driver.pair(1, 64);
        driver.submit(1, Opcodes.IO_READ, TinyDriver.io(0, 1, DATA));
        return Cqe.sqhd(driver.next(1), 0);
    }

    @Test
    void shouldStartANewQueueAtItsFirstSlotUnlessFaulty() {
        assertThat(firstHead()).isOne();
        assertThat(firstHead(ControllerFault.QID_REUSE_STALE_STATE)).isGreaterThan(5);
    }
}
