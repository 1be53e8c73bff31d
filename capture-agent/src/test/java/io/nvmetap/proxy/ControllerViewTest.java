package io.nvmetap.proxy;

import static org.assertj.core.api.Assertions.assertThat;

import io.nvmetap.device.PagedMemory;
import io.nvmetap.event.CapturedEvent;
import io.nvmetap.event.Edge;
import io.nvmetap.event.EventKind;
import io.nvmetap.event.InterruptKind;
import io.nvmetap.event.PayloadPolicy;
import io.nvmetap.event.RegisterSpace;
import io.nvmetap.event.ResetKind;
import io.nvmetap.nvme.LittleEndian;
import io.nvmetap.nvme.Registers;
import io.nvmetap.nvme.Sqe;
import java.util.List;
import org.junit.jupiter.api.Test;

class ControllerViewTest {
    private static final int ENABLED = 0x46_0001;

    private final PagedMemory memory = new PagedMemory(0, 1 << 20);
    private final ListTap tap = new ListTap();
    private final ControllerView view =
            new ControllerView(memory, new ProxyTap(tap), PayloadPolicy.ADMIN);

    private void write(long offset, int width, long value) {
        byte[] b = new byte[8];
        LittleEndian.put64(b, 0, value);
        view.written(offset, b, 0, width);
    }

    private void read(long offset, int width, long value) {
        byte[] b = new byte[8];
        LittleEndian.put64(b, 0, value);
        view.read(offset, b, 0, width);
    }

    private void enable() {
        write(Registers.AQA, 4, Registers.aqa(4, 4));
        write(Registers.ASQ, 8, 0x1000);
        write(Registers.ACQ, 4, 0x2000);
        write(Registers.ACQ_HIGH, 4, 0);
        write(Registers.CC, 4, ENABLED);
    }

    @Test
    void shouldKnowTheAdminQueuesFromRegisters() {
        enable();
        tap.clear();
        memory.writeInt(0x1000, 0x0005_0006);
        write(0x1000, 4, 1);
        assertThat(tap.kinds()).containsExactly(EventKind.DOORBELL_RUNG, EventKind.COMMAND_EMITTED);
        assertThat(Sqe.cid(tap.events.get(1).entry, 0)).isEqualTo(5);
    }

    @Test
    void shouldFindDoorbellsByTheStrideThatCapTells() {
        read(Registers.CAP, 8, 1L << 32);
        tap.clear();
        write(0x1000 + 3 * 8, 4, 9);
        assertThat(tap.events).hasSize(1);
        CapturedEvent bell = tap.events.get(0);
        assertThat(bell.qid).isOne();
        assertThat(bell.value).isEqualTo(9);
        write(0x1000 + 4, 4, 1);
        assertThat(tap.events.get(1).kind).isEqualTo(EventKind.REGISTER_WRITTEN);
    }

    @Test
    void shouldTellADisableFromItsBeginToRdyZero() {
        enable();
        tap.clear();
        write(Registers.CC, 4, ENABLED & ~1);
        read(Registers.CSTS, 4, 1);
        read(Registers.CSTS, 4, 0xFFFF_FFFFL);
        read(Registers.CSTS, 4, 0);
        read(Registers.CSTS, 4, 0);
        assertThat(tap.kinds())
                .containsExactly(
                        EventKind.REGISTER_WRITTEN,
                        EventKind.CONTROLLER_RESET,
                        EventKind.REGISTER_READ,
                        EventKind.REGISTER_READ,
                        EventKind.REGISTER_READ,
                        EventKind.CONTROLLER_RESET,
                        EventKind.REGISTER_READ);
        List<CapturedEvent> resets = tap.all(EventKind.CONTROLLER_RESET);
        assertThat(resets).allMatch(e -> e.reset == ResetKind.CC_EN);
        assertThat(resets.get(1).edge).isEqualTo(Edge.END);
    }

    @Test
    void shouldTellNoResetOfAControllerThatWasNotEnabled() {
        write(Registers.CC, 4, 0);
        read(Registers.CSTS, 4, 0);
        assertThat(tap.all(EventKind.CONTROLLER_RESET)).isEmpty();
    }

    @Test
    void shouldKnowAFunctionLevelResetByTheCapabilityTheClientRead() {
        byte[] config = new byte[256];
        config[0x34] = 0x40;
        config[0x40] = 1;
        config[0x41] = 0x70;
        config[0x70] = 0x10;
        byte[] flr = {0, (byte) 0x80, 0, 0};
        assertThat(view.configWritten(0x78, flr, 0, 2)).isFalse();
        view.configRead(0, config, 0, 256);
        assertThat(tap.all(EventKind.REGISTER_READ))
                .hasSize(64)
                .allMatch(e -> e.space == RegisterSpace.PCI_CONFIG && e.widthBytes == 4);
        assertThat(view.configWritten(0x78, flr, 0, 4)).isTrue();
        assertThat(view.configWritten(0x79, flr, 1, 1)).isTrue();
        assertThat(view.configWritten(0x7C, flr, 0, 4)).isFalse();
        assertThat(view.configWritten(0x78, new byte[4], 0, 4)).isFalse();
        assertThat(tap.all(EventKind.CONTROLLER_RESET))
                .hasSize(2)
                .allMatch(e -> e.reset == ResetKind.FUNCTION_LEVEL && e.edge == Edge.BEGIN);
    }

    @Test
    void shouldTellCompletionsBeforeTheInterruptThatFollowsThem() {
        enable();
        memory.writeInt(0x1000, 0x0005_0006);
        write(0x1000, 4, 1);
        memory.writeInt(0x2000 + 12, 1 << 16 | 5);
        tap.clear();
        view.interrupt(InterruptKind.MSIX, 0);
        assertThat(tap.kinds())
                .containsExactly(
                        EventKind.PAYLOAD, EventKind.COMPLETION_SEEN, EventKind.INTERRUPT_RAISED);
    }

    @Test
    void shouldForgetTheQueuesAtAReset() {
        enable();
        view.begin(ResetKind.MACHINE);
        view.end(ResetKind.MACHINE, false);
        tap.clear();
        write(0x1000, 4, 1);
        assertThat(tap.kinds()).containsExactly(EventKind.DOORBELL_RUNG);
    }

    @Test
    void shouldTakeOddAccessesApart() {
        view.written(Registers.INTMS + 1, new byte[] {1, 2, 3, 4, 5}, 0, 5);
        assertThat(tap.events).extracting(e -> e.widthBytes).containsExactly(1, 2, 2);
        assertThat(tap.events).extracting(e -> e.value).containsExactly(1L, 0x302L, 0x504L);
        tap.clear();
        view.written(0x1000, new byte[8], 0, 8);
        assertThat(tap.kinds()).containsExactly(EventKind.DOORBELL_RUNG, EventKind.DOORBELL_RUNG);
        tap.clear();
        view.readUnseen(false, Registers.CAP, 8);
        assertThat(tap.events.get(0).flag).isFalse();
    }
}
