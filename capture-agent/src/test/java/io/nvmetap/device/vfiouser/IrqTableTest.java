package io.nvmetap.device.vfiouser;

import static org.assertj.core.api.Assertions.assertThat;

import io.nvmetap.event.InterruptKind;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class IrqTableTest {
    private static final int TRIGGER_EVENT =
            VfioUser.IRQ_ACTION_TRIGGER | VfioUser.IRQ_DATA_EVENTFD;
    private static final int TRIGGER_NONE = VfioUser.IRQ_ACTION_TRIGGER | VfioUser.IRQ_DATA_NONE;
    private static final int TRIGGER_BOOL = VfioUser.IRQ_ACTION_TRIGGER | VfioUser.IRQ_DATA_BOOL;
    private static final int UNMASK_NONE = VfioUser.IRQ_ACTION_UNMASK | VfioUser.IRQ_DATA_NONE;
    private static final int MASK_NONE = VfioUser.IRQ_ACTION_MASK | VfioUser.IRQ_DATA_NONE;

    private final long openBefore = Descriptor.open();
    private final IrqTable irqs = new IrqTable(4, 8);
    private final List<Descriptor> mine = new ArrayList<>();

    @AfterEach
    void closeAll() {
        irqs.close();
        mine.forEach(Descriptor::close);
        assertThat(Descriptor.open()).as("descriptors left open").isEqualTo(openBefore);
    }

    private Descriptor event() {
        Descriptor event = Descriptors.event();
        mine.add(event);
        return event;
    }

    private Descriptor[] attach(int index, int first, int count) {
        Descriptor[] events = new Descriptor[count];
        List<Descriptor> given = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            events[i] = event();
            given.add(Descriptors.again(events[i]));
        }
        int errno = irqs.set(TRIGGER_EVENT, index, new long[] {first, count}, Bodies.NONE, given);
        assertThat(errno).isZero();
        return events;
    }

    private int set(int flags, int index, long start, long count, byte... data) {
        return irqs.set(flags, index, new long[] {start, count}, data, List.of());
    }

    /** What each combination of kind and action answers for one interrupt of an index. */
    private static boolean allowed(int flags, int index) {
        boolean line = index == VfioUser.IRQ_INTX;
        return flags == TRIGGER_NONE
                || flags == TRIGGER_BOOL
                || flags == TRIGGER_EVENT
                || line && (flags == UNMASK_NONE || flags == MASK_NONE)
                || line && flags == (VfioUser.IRQ_ACTION_MASK | VfioUser.IRQ_DATA_BOOL)
                || line && flags == (VfioUser.IRQ_ACTION_UNMASK | VfioUser.IRQ_DATA_BOOL);
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 2, 3, 4})
    void shouldAnswerEveryCombinationOfFlags(int index) {
        for (int flags = 0; flags < 256; flags++) {
            boolean events = (flags & 7) == VfioUser.IRQ_DATA_EVENTFD;
            List<Descriptor> given = events ? List.of(Descriptors.event()) : List.of();
            int errno = irqs.set(flags, index, new long[] {0, 1}, new byte[1], given);
            assertThat(errno)
                    .as("flags %x of index %d", flags, index)
                    .isEqualTo(allowed(flags, index) ? 0 : VfioUser.EINVAL);
        }
        assertThat(set(TRIGGER_NONE | 1 << 31, index, 0, 1)).isEqualTo(VfioUser.EINVAL);
    }

    @Test
    void shouldRefuseAnIndexThatIsNotThere() {
        for (long index : new long[] {5, 6, 0x7FFF_FFFFL, 0xFFFF_FFFFL, -1}) {
            assertThat(irqs.count(index)).isEqualTo(-1);
            assertThat(irqs.set(TRIGGER_NONE, index, new long[2], Bodies.NONE, List.of()))
                    .isEqualTo(VfioUser.EINVAL);
        }
    }

    @Test
    void shouldRefuseARangeBeyondTheIndex() {
        long[][] bad = {
            {0, 9}, {8, 1}, {7, 2}, {9, 0}, {1, 0}, {0xFFFF_FFFFL, 2}, {1, 0xFFFF_FFFFL}
        };
        for (long[] range : bad) {
            assertThat(set(TRIGGER_NONE, VfioUser.IRQ_MSIX, range[0], range[1]))
                    .as("%d and %d", range[0], range[1])
                    .isEqualTo(VfioUser.EINVAL);
        }
        assertThat(set(TRIGGER_BOOL, VfioUser.IRQ_MSIX, 0, 0)).isEqualTo(VfioUser.EINVAL);
        assertThat(set(TRIGGER_EVENT, VfioUser.IRQ_MSIX, 0, 0)).isEqualTo(VfioUser.EINVAL);
        assertThat(set(UNMASK_NONE, VfioUser.IRQ_INTX, 0, 0)).isEqualTo(VfioUser.EINVAL);
    }

    @Test
    void shouldCloseDescriptorsItRefuses() {
        int[][] bad = {
            {TRIGGER_EVENT, 2, 0, 3}, // count 3, two came
            {TRIGGER_EVENT, 2, 0, 1}, // count 1, two came
            {TRIGGER_EVENT, 2, 7, 2},
            {TRIGGER_EVENT, 9, 0, 2},
            {TRIGGER_NONE, 2, 0, 2},
            {TRIGGER_BOOL, 2, 0, 2},
            {TRIGGER_NONE, 2, 0, 0},
            {0, 2, 0, 2},
            {VfioUser.IRQ_ACTION_MASK | VfioUser.IRQ_DATA_EVENTFD, 0, 0, 1},
        };
        for (int[] one : bad) {
            Descriptor a = Descriptors.event();
            Descriptor b = Descriptors.event();
            long open = Descriptor.open();
            int errno =
                    irqs.set(
                            one[0],
                            one[1],
                            new long[] {one[2], one[3]},
                            new byte[2],
                            List.of(a, b));
            assertThat(errno).isEqualTo(VfioUser.EINVAL);
            assertThat(Descriptor.open()).isEqualTo(open - 2);
        }
    }

    @Test
    void shouldCloseADescriptorWhenAnotherTakesItsPlace() {
        attach(VfioUser.IRQ_MSIX, 0, 8);
        long open = Descriptor.open();
        Descriptor[] second = attach(VfioUser.IRQ_MSIX, 2, 2);
        assertThat(Descriptor.open())
                .as("two of ours more, two of theirs less")
                .isEqualTo(open + 2);
        irqs.message(2);
        assertThat(Descriptors.signals(second[0])).isEqualTo(1);
    }

    @Test
    void shouldDetachOneVectorByACountOfOneWithoutDescriptor() {
        Descriptor[] events = attach(VfioUser.IRQ_MSIX, 0, 2);
        assertThat(set(TRIGGER_EVENT, VfioUser.IRQ_MSIX, 1, 1)).isZero();
        assertThat(irqs.attached(VfioUser.IRQ_MSIX, 0)).isTrue();
        assertThat(irqs.attached(VfioUser.IRQ_MSIX, 1)).isFalse();
        irqs.message(1);
        assertThat(Descriptors.signals(events[1])).isZero();
        assertThat(irqs.pendingBits(0)).isEqualTo(2);
    }

    @Test
    void shouldRefuseToDetachSeveralVectorsThatWay() {
        assertThat(set(TRIGGER_EVENT, VfioUser.IRQ_MSIX, 0, 2)).isEqualTo(VfioUser.EINVAL);
    }

    @Test
    void shouldKeepAMessageUntilItsVectorHasADescriptor() {
        attach(VfioUser.IRQ_MSIX, 0, 1);
        irqs.message(3);
        irqs.message(3);
        assertThat(irqs.pendingBits(0)).isEqualTo(8);
        Descriptor[] late = attach(VfioUser.IRQ_MSIX, 3, 1);
        assertThat(Descriptors.signals(late[0])).isEqualTo(1);
        assertThat(irqs.pendingBits(0)).isZero();
    }

    @Test
    void shouldDropAMessageForAVectorThatIsNotThere() {
        Descriptor[] events = attach(VfioUser.IRQ_MSI, 0, 4);
        irqs.message(4);
        irqs.message(-1);
        irqs.message(3);
        assertThat(Descriptors.signals(events[3])).isEqualTo(1);
        assertThat(irqs.pendingBits(0)).isZero();
    }

    @Test
    void shouldChooseItsModeByWhatHasADescriptor() {
        assertThat(irqs.mode()).isEqualTo(InterruptKind.INTX);
        attach(VfioUser.IRQ_MSI, 1, 1);
        assertThat(irqs.mode()).isEqualTo(InterruptKind.MSI);
        attach(VfioUser.IRQ_MSIX, 7, 1);
        assertThat(irqs.mode()).isEqualTo(InterruptKind.MSIX);
        assertThat(set(TRIGGER_NONE, VfioUser.IRQ_MSIX, 0, 0)).isZero();
        assertThat(irqs.mode()).isEqualTo(InterruptKind.MSI);
        assertThat(set(TRIGGER_NONE, VfioUser.IRQ_MSI, 0, 0)).isZero();
        assertThat(irqs.mode()).isEqualTo(InterruptKind.INTX);
    }

    @Test
    void shouldSignalTheLineOnceUntilUnmasked() {
        Descriptor[] event = attach(VfioUser.IRQ_INTX, 0, 1);
        irqs.line(true);
        irqs.line(true);
        irqs.line(false);
        irqs.line(true);
        assertThat(Descriptors.signals(event[0])).isEqualTo(1);
        assertThat(set(UNMASK_NONE, VfioUser.IRQ_INTX, 0, 1)).isZero();
        assertThat(Descriptors.signals(event[0])).as("still up").isEqualTo(1);
        irqs.line(false);
        assertThat(set(UNMASK_NONE, VfioUser.IRQ_INTX, 0, 1)).isZero();
        assertThat(Descriptors.signals(event[0])).as("went down").isZero();
        irqs.line(true);
        assertThat(Descriptors.signals(event[0])).isEqualTo(1);
    }

    @Test
    void shouldSignalALineThatIsUpWhenItsDescriptorComes() {
        irqs.line(true);
        assertThat(Descriptors.signals(attach(VfioUser.IRQ_INTX, 0, 1)[0])).isEqualTo(1);
        assertThat(Descriptors.signals(attach(VfioUser.IRQ_INTX, 0, 1)[0])).isEqualTo(1);
    }

    @Test
    void shouldKeepTheLineQuietWhileMaskedOrDisabled() {
        Descriptor[] event = attach(VfioUser.IRQ_INTX, 0, 1);
        assertThat(set(MASK_NONE, VfioUser.IRQ_INTX, 0, 1)).isZero();
        irqs.line(true);
        assertThat(Descriptors.signals(event[0])).isZero();
        irqs.lineDisabled(true);
        assertThat(set(UNMASK_NONE, VfioUser.IRQ_INTX, 0, 1)).isZero();
        assertThat(Descriptors.signals(event[0])).isZero();
        irqs.lineDisabled(false);
        assertThat(Descriptors.signals(event[0])).isEqualTo(1);
        assertThat(irqs.line()).isTrue();
    }

    @Test
    void shouldDoOnlyWhatItsBooleansSay() {
        Descriptor[] events = attach(VfioUser.IRQ_MSIX, 0, 3);
        assertThat(set(TRIGGER_BOOL, VfioUser.IRQ_MSIX, 0, 3, (byte) 1, (byte) 0, (byte) 9))
                .isZero();
        assertThat(Descriptors.signals(events[0])).isEqualTo(1);
        assertThat(Descriptors.signals(events[1])).isZero();
        assertThat(Descriptors.signals(events[2])).isEqualTo(1);
        assertThat(set(TRIGGER_BOOL, VfioUser.IRQ_MSIX, 0, 3, (byte) 1, (byte) 1))
                .as("one byte short")
                .isEqualTo(VfioUser.EINVAL);
        assertThat(Descriptors.signals(events[0])).isZero();
    }

    @Test
    void shouldSignalAWholeRangeOnRequest() {
        Descriptor[] events = attach(VfioUser.IRQ_MSIX, 0, 3);
        assertThat(set(TRIGGER_NONE, VfioUser.IRQ_MSIX, 1, 2)).isZero();
        assertThat(Descriptors.signals(events[0])).isZero();
        assertThat(Descriptors.signals(events[1])).isEqualTo(1);
        assertThat(Descriptors.signals(events[2])).isEqualTo(1);
    }

    @Test
    void shouldForgetWhatWaitsAtResetAndKeepDescriptors() {
        Descriptor[] event = attach(VfioUser.IRQ_INTX, 0, 1);
        irqs.message(2);
        irqs.line(true);
        irqs.line(false);
        irqs.lineDisabled(true);
        irqs.reset();
        assertThat(irqs.pendingBits(0)).isZero();
        Descriptors.signals(event[0]);
        irqs.line(true);
        assertThat(Descriptors.signals(event[0])).isEqualTo(1);
    }

    @Test
    void shouldLetGoOfEverythingWhenTheClientLeft() {
        for (int index = 0; index < VfioUser.IRQS; index++) {
            attach(index, 0, irqs.count(index));
        }
        irqs.line(true);
        irqs.close();
        assertThat(Descriptor.open()).isEqualTo(openBefore + mine.size());
        assertThat(irqs.line()).isFalse();
        assertThat(irqs.mode()).isEqualTo(InterruptKind.INTX);
    }

    @Test
    void shouldSurviveADescriptorThatTakesNoEvent() throws java.io.IOException {
        Descriptor[] pipe = TestLinux.pipe();
        pipe[1].close();
        mine.add(pipe[0]);
        List<Descriptor> given = List.of(Descriptors.again(pipe[0]));
        assertThat(irqs.set(TRIGGER_EVENT, 2, new long[] {0, 1}, Bodies.NONE, given)).isZero();
        irqs.message(0);
        assertThat(irqs.pendingBits(0)).isZero();
    }

    @Test
    void shouldShowPendingBitsFromAnyVector() {
        IrqTable many = new IrqTable(32, 2048);
        many.message(63);
        many.message(64);
        many.message(2047);
        assertThat(many.pendingBits(0)).isEqualTo(1L << 63);
        assertThat(many.pendingBits(64)).isEqualTo(1);
        assertThat(many.pendingBits(8)).isEqualTo(1L << 55 | 1L << 56);
        assertThat(many.pendingBits(1984)).isEqualTo(1L << 63);
    }

    @Test
    void shouldSayWhatItsIndexesCanDo() {
        assertThat(IrqTable.infoFlags(VfioUser.IRQ_INTX)).isEqualTo(7);
        assertThat(IrqTable.infoFlags(VfioUser.IRQ_MSIX)).isEqualTo(1);
        assertThat(irqs.count(VfioUser.IRQ_MSI)).isEqualTo(4);
        assertThat(irqs.count(VfioUser.IRQ_MSIX)).isEqualTo(8);
    }
}
