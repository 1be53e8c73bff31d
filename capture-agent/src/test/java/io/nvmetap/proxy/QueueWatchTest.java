package io.nvmetap.proxy;

import static io.nvmetap.proxy.WatchedQueues.CQ1;
import static io.nvmetap.proxy.WatchedQueues.sqe;
import static org.assertj.core.api.Assertions.assertThat;

import io.nvmetap.event.CapturedEvent;
import io.nvmetap.event.DoorbellKind;
import io.nvmetap.event.EventKind;
import io.nvmetap.event.Owner;
import io.nvmetap.event.PayloadPolicy;
import io.nvmetap.nvme.AdminSqe;
import io.nvmetap.nvme.LittleEndian;
import io.nvmetap.nvme.Registers;
import io.nvmetap.nvme.Sqe;
import java.util.List;
import org.junit.jupiter.api.Test;

class QueueWatchTest {
    private static final int IDENTIFY = 6;
    private static final int READ = 2;
    private static final int WRITE = 1;
    private static final int EVENT_REQUEST = 0x0C;

    @Test
    void shouldReadWhatADoorbellCoversAndTieItToItsCompletion() {
        WatchedQueues q = new WatchedQueues();
        q.admin(sqe(IDENTIFY, 7));
        q.adminDone(7, 0);
        assertThat(q.watch.look(false)).isOne();
        assertThat(q.tap.kinds())
                .containsExactly(
                        EventKind.DOORBELL_RUNG,
                        EventKind.COMMAND_EMITTED,
                        EventKind.COMPLETION_SEEN);
        CapturedEvent command = q.tap.events.get(1);
        CapturedEvent completion = q.tap.events.get(2);
        assertThat(command.slot).isZero();
        assertThat(Sqe.cid(command.entry, 0)).isEqualTo(7);
        assertThat(completion.commandId).isEqualTo(command.commandId);
        assertThat(completion.owner).isEqualTo(Owner.GUEST);
        assertThat(q.watch.busy()).isFalse();
    }

    @Test
    void shouldTakeEachCompletionOnceOverManyLaps() {
        WatchedQueues q = new WatchedQueues();
        q.pair(4);
        for (int i = 0; i < 25; i++) {
            q.io(i % 4, sqe(READ, i));
            q.watch.rung(DoorbellKind.SQ_TAIL, 1, (i + 1) % 4);
            q.post(CQ1, i, 4, 1, i, 0);
            assertThat(q.watch.look(i % 2 == 0)).isOne();
            assertThat(q.watch.look(false)).isZero();
            q.watch.rung(DoorbellKind.CQ_HEAD, 1, (i + 1) % 4);
        }
        assertThat(q.tap.all(EventKind.COMPLETION_SEEN)).hasSize(25);
        assertThat(q.tap.all(EventKind.COMMAND_EMITTED)).hasSize(25);
        assertThat(q.tap.all(EventKind.COMPLETION_SEEN)).noneMatch(e -> e.commandId < 0);
    }

    @Test
    void shouldSeeCompletionsBeforeTheDoorbellThatAcknowledgesThem() {
        WatchedQueues q = new WatchedQueues();
        q.pair(8);
        for (int i = 0; i < 3; i++) {
            q.io(i, sqe(READ, i));
        }
        q.watch.rung(DoorbellKind.SQ_TAIL, 1, 3);
        for (int i = 0; i < 3; i++) {
            q.post(CQ1, i, 8, 1, i, 0);
        }
        q.tap.clear();
        q.watch.rung(DoorbellKind.CQ_HEAD, 1, 3);
        assertThat(q.tap.kinds())
                .containsExactly(
                        EventKind.COMPLETION_SEEN,
                        EventKind.COMPLETION_SEEN,
                        EventKind.COMPLETION_SEEN,
                        EventKind.DOORBELL_RUNG);
    }

    @Test
    void shouldNotLoseMoreThanOneBatch() {
        WatchedQueues q = new WatchedQueues();
        int entries = 3 * ObservedCq.BATCH_MAX;
        q.pair(entries);
        for (int i = 0; i < entries - 1; i++) {
            q.io(i, sqe(READ, i));
        }
        q.watch.rung(DoorbellKind.SQ_TAIL, 1, entries - 1);
        for (int i = 0; i < entries - 1; i++) {
            q.post(CQ1, i, entries, 1, i, 0);
        }
        assertThat(q.watch.look(true)).isEqualTo(ObservedCq.BATCH_MAX);
        q.watch.rung(DoorbellKind.CQ_HEAD, 1, entries - 1);
        assertThat(q.tap.all(EventKind.COMPLETION_SEEN)).hasSize(entries - 1);
    }

    @Test
    void shouldNotKnowAQueueWhoseCreationFailed() {
        WatchedQueues q = new WatchedQueues();
        byte[] create = sqe(1, 3);
        Sqe.putPrp1(create, 0, WatchedQueues.SQ1);
        AdminSqe.putCreateSq(create, 0, 1, 7, 1);
        q.admin(create);
        q.adminDone(3, 0x101);
        q.watch.look(false);
        q.io(0, sqe(READ, 1));
        q.watch.rung(DoorbellKind.SQ_TAIL, 1, 1);
        assertThat(q.tap.all(EventKind.COMMAND_EMITTED)).hasSize(1);
    }

    @Test
    void shouldForgetDeletedQueuesAndKeepWhatStillCompletes() {
        WatchedQueues q = new WatchedQueues();
        q.pair(8);
        q.io(0, sqe(READ, 5));
        q.watch.rung(DoorbellKind.SQ_TAIL, 1, 1);
        byte[] delete = sqe(0, 9);
        AdminSqe.putDeleteQueue(delete, 0, 1);
        q.adminAll(delete);
        q.watch.rung(DoorbellKind.SQ_TAIL, 1, 2);
        assertThat(q.tap.all(EventKind.COMMAND_EMITTED)).hasSize(2);
        q.post(CQ1, 0, 8, 1, 5, 8);
        q.watch.look(false);
        CapturedEvent late = q.tap.events.get(q.tap.events.size() - 1);
        assertThat(late.kind).isEqualTo(EventKind.COMPLETION_SEEN);
        assertThat(late.commandId).isNotNegative();
    }

    @Test
    void shouldTellACompletionOfNothingAsSuchOnceItIsTaken() {
        WatchedQueues q = new WatchedQueues();
        q.pair(8);
        q.post(CQ1, 0, 8, 1, 77, 0);
        q.watch.look(false);
        assertThat(q.tap.events).isEmpty();
        q.watch.rung(DoorbellKind.CQ_HEAD, 1, 1);
        assertThat(q.tap.kinds())
                .containsExactly(EventKind.COMPLETION_SEEN, EventKind.DOORBELL_RUNG);
        assertThat(q.tap.events.get(0).commandId).isEqualTo(-1);
        assertThat(q.tap.events.get(0).owner).isEqualTo(Owner.UNKNOWN);
    }

    /** Linux clears a queue's memory after it created it; an older queue may have lain there. */
    @Test
    void shouldNotTakeWhatLayInTheMemoryOfANewQueue() {
        WatchedQueues q = new WatchedQueues();
        for (int i = 0; i < 5; i++) {
            q.post(CQ1, i, 8, 1, i, 0);
        }
        q.pair(8);
        q.watch.look(false);
        assertThat(q.tap.events).isEmpty();
        q.memory.write(CQ1, new byte[8 * 16], 0, 8 * 16);
        q.io(0, sqe(READ, 1));
        q.watch.rung(DoorbellKind.SQ_TAIL, 1, 1);
        q.post(CQ1, 0, 8, 1, 1, 0);
        assertThat(q.watch.look(false)).isOne();
        assertThat(q.tap.all(EventKind.COMPLETION_SEEN)).noneMatch(e -> e.commandId < 0);
    }

    @Test
    void shouldTellACommandThatCompletesTwice() {
        WatchedQueues q = new WatchedQueues();
        q.pair(8);
        q.io(0, sqe(READ, 1));
        q.watch.rung(DoorbellKind.SQ_TAIL, 1, 1);
        q.post(CQ1, 0, 8, 1, 1, 0);
        q.watch.look(false);
        q.post(CQ1, 1, 8, 1, 1, 0);
        q.io(1, sqe(READ, 2));
        q.watch.rung(DoorbellKind.SQ_TAIL, 1, 2);
        q.watch.look(false);
        assertThat(q.tap.all(EventKind.COMPLETION_SEEN))
                .extracting(e -> e.commandId >= 0)
                .containsExactly(true, false);
    }

    @Test
    void shouldNotTakeACompletionFromAnotherQueue() {
        WatchedQueues q = new WatchedQueues();
        q.pair(8);
        q.io(0, sqe(READ, 5));
        q.watch.rung(DoorbellKind.SQ_TAIL, 1, 1);
        q.tap.clear();
        q.post(WatchedQueues.ACQ, 2, WatchedQueues.ADMIN_ENTRIES, 1, 5, 0);
        q.watch.rung(DoorbellKind.CQ_HEAD, 0, 3);
        assertThat(q.tap.all(EventKind.COMPLETION_SEEN)).hasSize(1);
        assertThat(q.tap.all(EventKind.COMPLETION_SEEN)).allMatch(e -> e.commandId == -1);
    }

    @Test
    void shouldRecordLongEntriesWhole() {
        WatchedQueues q = new WatchedQueues();
        q.watch.configure(0x47_0001);
        q.pair(4);
        byte[] sqe = new byte[Sqe.SIZE_LONG];
        Sqe.putOpcode(sqe, 0, READ);
        Sqe.putCid(sqe, 0, 3);
        sqe[127] = 42;
        q.io(1, sqe);
        q.io(0, sqe);
        q.watch.rung(DoorbellKind.SQ_TAIL, 1, 2);
        assertThat(q.tap.all(EventKind.COMMAND_EMITTED))
                .hasSize(2)
                .allMatch(e -> e.entryBytes == 128 && e.entry[127] == 42);
    }

    @Test
    void shouldGoOnPastMemoryThatCannotBeRead() {
        WatchedQueues q = new WatchedQueues();
        q.watch.enable(WatchedQueues.CC, Registers.aqa(4, 4), 1L << 40, 1L << 41);
        q.watch.rung(DoorbellKind.SQ_TAIL, 0, 2);
        q.watch.rung(DoorbellKind.CQ_HEAD, 0, 2);
        assertThat(q.tap.kinds())
                .containsExactly(
                        EventKind.DOORBELL_RUNG,
                        EventKind.ANNOTATION,
                        EventKind.STATE_SNAPSHOT,
                        EventKind.STATE_SNAPSHOT,
                        EventKind.ANNOTATION,
                        EventKind.STATE_SNAPSHOT,
                        EventKind.DOORBELL_RUNG);
        assertThat(q.tap.all(EventKind.STATE_SNAPSHOT)).noneMatch(e -> e.state.known());
        assertThat(q.tap.all(EventKind.ANNOTATION).get(1).text).startsWith("2 completions");
    }

    @Test
    void shouldIgnoreADoorbellOutsideItsQueue() {
        WatchedQueues q = new WatchedQueues();
        q.watch.rung(DoorbellKind.SQ_TAIL, 0, 4);
        q.watch.rung(DoorbellKind.SQ_TAIL, 0, -1);
        q.watch.rung(DoorbellKind.CQ_HEAD, 0, 9);
        q.watch.rung(DoorbellKind.SQ_TAIL, 9, 1);
        assertThat(q.tap.kinds()).allMatch(k -> k == EventKind.DOORBELL_RUNG);
    }

    @Test
    void shouldNotWaitForEventRequests() {
        WatchedQueues q = new WatchedQueues();
        q.admin(sqe(EVENT_REQUEST, 1));
        assertThat(q.watch.busy()).isFalse();
        assertThat(q.watch.watching()).isTrue();
        q.adminDone(1, 0);
        q.watch.look(false);
        assertThat(q.watch.watching()).isFalse();
    }

    @Test
    void shouldWalkPagesAndKeepDataByPolicy() {
        WatchedQueues q = new WatchedQueues(PayloadPolicy.ALL);
        q.pair(8);
        byte[] identify = sqe(IDENTIFY, 1);
        Sqe.putNsid(identify, 0, 1);
        Sqe.putPrp1(identify, 0, WatchedQueues.DATA);
        q.memory.writeInt(WatchedQueues.DATA + 128, 9 << 16);
        q.adminAll(identify);
        assertThat(q.tap.all(EventKind.PAYLOAD)).hasSize(1);
        q.tap.clear();
        byte[] write = sqe(WRITE, 2);
        Sqe.putNsid(write, 0, 1);
        Sqe.putPrp1(write, 0, WatchedQueues.DATA + 512);
        Sqe.putPrp2(write, 0, WatchedQueues.DATA + 0x1000);
        Sqe.putCdw(write, 0, 12, 8 - 1);
        q.io(0, write);
        q.watch.rung(DoorbellKind.SQ_TAIL, 1, 1);
        CapturedEvent command = q.tap.all(EventKind.COMMAND_EMITTED).get(0);
        assertThat(command.dataBytes).isEqualTo(4096);
        assertThat(command.pageCount).isEqualTo(2);
        assertThat(command.pageLengthBytes[0]).isEqualTo(4096 - 512);
        CapturedEvent payload = q.tap.all(EventKind.PAYLOAD).get(0);
        assertThat(payload.content).hasSize(4096);
        assertThat(payload.commandId).isEqualTo(command.commandId);
    }

    @Test
    void shouldKeepTheHashOfASerialNumberUnlessAllIsAskedFor() {
        for (PayloadPolicy policy : PayloadPolicy.values()) {
            WatchedQueues q = new WatchedQueues(policy);
            q.memory.writeInt(WatchedQueues.DATA + 4, 0x31415926);
            byte[] identify = sqe(IDENTIFY, 1);
            Sqe.putPrp1(identify, 0, WatchedQueues.DATA);
            Sqe.putCdw(identify, 0, 10, 1);
            q.adminAll(identify);
            List<CapturedEvent> kept = q.tap.all(EventKind.PAYLOAD);
            assertThat(kept).hasSize(policy == PayloadPolicy.NONE ? 0 : 1);
            boolean plain = policy == PayloadPolicy.ALL;
            assertThat(kept).allMatch(e -> plain == (LittleEndian.i32(e.content, 4) == 0x31415926));
        }
    }

    @Test
    void shouldTakeTailsFromShadowDoorbellsAndNeverFromOlderDoorbells() {
        WatchedQueues q = new WatchedQueues();
        byte[] config = sqe(0x7C, 50);
        Sqe.putPrp1(config, 0, WatchedQueues.SHADOW);
        Sqe.putPrp2(config, 0, WatchedQueues.EVENT_IDX);
        q.adminAll(config);
        q.pair(8);
        for (int i = 0; i < 5; i++) {
            q.io(i, sqe(READ, i));
        }
        q.memory.writeInt(WatchedQueues.SHADOW + 8, 5);
        q.watch.rung(DoorbellKind.SQ_TAIL, 1, 3);
        assertThat(q.tap.all(EventKind.COMMAND_EMITTED)).hasSize(5);
        assertThat(q.tap.kinds().get(0)).isEqualTo(EventKind.SHADOW_DOORBELL);
        q.watch.rung(DoorbellKind.SQ_TAIL, 1, 4);
        assertThat(q.tap.all(EventKind.COMMAND_EMITTED)).hasSize(5);
        q.tap.clear();
        q.io(5, sqe(READ, 5));
        q.memory.writeInt(WatchedQueues.SHADOW + 8, 6);
        q.post(CQ1, 0, 8, 1, 5, 0);
        q.memory.writeInt(WatchedQueues.SHADOW + 12, 1);
        q.memory.writeInt(WatchedQueues.EVENT_IDX + 8, 6);
        q.watch.look(true);
        assertThat(q.tap.kinds())
                .containsExactly(
                        EventKind.SHADOW_DOORBELL,
                        EventKind.COMMAND_EMITTED,
                        EventKind.COMPLETION_SEEN,
                        EventKind.SHADOW_DOORBELL,
                        EventKind.SHADOW_DOORBELL);
        assertThat(q.tap.all(EventKind.COMPLETION_SEEN).get(0).commandId).isNotNegative();
    }

    @Test
    void shouldNotInventCommandsFromACellThatWasNotZero() {
        WatchedQueues q = new WatchedQueues();
        byte[] config = sqe(0x7C, 50);
        Sqe.putPrp1(config, 0, WatchedQueues.SHADOW);
        Sqe.putPrp2(config, 0, WatchedQueues.EVENT_IDX);
        q.memory.writeInt(WatchedQueues.SHADOW + 8, 6);
        q.adminAll(config);
        q.pair(8);
        q.watch.look(false);
        assertThat(q.tap.events).isEmpty();
    }
}
