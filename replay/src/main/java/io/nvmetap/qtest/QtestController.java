package io.nvmetap.qtest;

import io.nvmetap.device.Controller;
import io.nvmetap.device.GuestMemory;
import io.nvmetap.device.InterruptSink;
import io.nvmetap.device.MemoryFault;
import io.nvmetap.event.InterruptKind;
import io.nvmetap.event.ResetKind;
import io.nvmetap.nvme.AdminSqe;
import io.nvmetap.nvme.Cqe;
import io.nvmetap.nvme.LittleEndian;
import io.nvmetap.nvme.Opcodes;
import io.nvmetap.nvme.Registers;
import io.nvmetap.nvme.Sqe;
import io.nvmetap.nvme.StatusCode;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * An NVMe function of QEMU's, driven over qtest. Guest memory lies at the same addresses in the
 * machine's RAM: what the guest stored is carried there before a doorbell rings, and what the
 * device stored is carried back when {@link #settle} looks, data before the completion that tells
 * of it.
 *
 * <p>A machine that goes away answers like a controller that was pulled out: all ones.
 */
public final class QtestController implements Controller {
    /** Completions taken of one queue in one look. */
    static final int TAKEN_MAX = 4096;

    /** Entries one request reads. */
    private static final int BATCH_ENTRIES = 16;

    private final QtestMachine machine;
    private final QtestFunction function;
    private final QtestQueues queues = new QtestQueues();
    private final List<String> missing = new ArrayList<>();
    private final long cap;
    private final long version;
    private GuestMemory memory;
    private InterruptSink sink;
    private InterruptKind mode = InterruptKind.INTX;
    private boolean line;
    private int cc;
    private int aqa;
    private long asq;
    private long acq;
    private String gone = "";

    /**
     * Finds the function; it is disabled, whoever used it before.
     *
     * @throws IOException if there is none
     */
    public QtestController(QtestMachine machine) throws IOException {
        this.machine = machine;
        this.function = QtestFunction.find(machine);
        this.cap = function.read(Registers.CAP, 8);
        this.version = function.read(Registers.VS, 4);
    }

    /** Its capabilities (NVMe Base 2.0c 3.1.3.1). */
    public long cap() {
        return cap;
    }

    /** Its version, register VS. */
    public long version() {
        return version;
    }

    /** Why it does not answer any more, "" it does. */
    public String gone() {
        return gone;
    }

    /** What the guest wanted of it that it does not have, a clause each. */
    public List<String> missing() {
        return List.copyOf(missing);
    }

    private void lacks(String clause) {
        if (!missing.contains(clause)) {
            missing.add(clause);
        }
    }

    @Override
    public void connect(GuestMemory newMemory, InterruptSink newSink) {
        memory = newMemory;
        sink = newSink;
    }

    // ---- what may fail ----

    private interface Talk {
        void talk() throws IOException;
    }

    private void attempt(Talk talk) {
        if (!gone.isEmpty()) {
            return;
        }
        try {
            talk.talk();
        } catch (IOException e) {
            gone = e.getMessage();
        }
    }

    // ---- registers ----

    @Override
    public long readRegister(long offset, int widthBytes, int cpu) {
        long[] value = {-1L >>> Long.SIZE - 8 * widthBytes};
        attempt(() -> value[0] = function.read(offset, widthBytes));
        return value[0];
    }

    @Override
    public void writeRegister(long offset, int widthBytes, long value, int cpu) {
        attempt(
                () -> {
                    if (Registers.isDoorbell(offset)) {
                        carrySubmissions(offset, (int) value);
                    } else {
                        follow(offset, widthBytes, value);
                    }
                    if (offset == Registers.CC) {
                        function.writeCc(widthBytes, value, mode == InterruptKind.MSIX);
                    } else {
                        function.write(offset, widthBytes, value);
                    }
                    if (offset == Registers.NSSR && value == Registers.NSSR_RESET) {
                        afterSubsystemReset();
                    }
                });
    }

    private void follow(long offset, int widthBytes, long value) throws IOException {
        boolean wide = widthBytes == Long.BYTES;
        switch ((int) offset) {
            case Registers.AQA -> aqa = (int) value;
            case Registers.ASQ -> asq = wide ? value : low(asq, value);
            case Registers.ASQ_HIGH -> asq = high(asq, value);
            case Registers.ACQ -> acq = wide ? value : low(acq, value);
            case Registers.ACQ_HIGH -> acq = high(acq, value);
            case Registers.CC -> configure((int) value);
            default -> {
                // The device alone follows it.
            }
        }
    }

    private static long low(long old, long value) {
        return old & 0xFFFF_FFFF_0000_0000L | value & 0xFFFF_FFFFL;
    }

    private static long high(long old, long value) {
        return value << 32 | old & 0xFFFF_FFFFL;
    }

    private void configure(int value) throws IOException {
        boolean was = Registers.ccEn(cc);
        cc = value;
        if (Registers.ccEn(value) && !was) {
            int cqEntries = Registers.aqaAcqs(aqa) + 1;
            machine.clearRam(acq & ~0xFFFL, (long) cqEntries * Cqe.SIZE);
            queues.open(asq & ~0xFFFL, Registers.aqaAsqs(aqa) + 1, acq & ~0xFFFL, cqEntries);
        } else if (was && !Registers.ccEn(value)) {
            queues.clear();
        }
    }

    private void afterSubsystemReset() throws IOException {
        if (Registers.ccEn((int) function.read(Registers.CC, 4))) {
            lacks("NVM Subsystem Reset does nothing; a controller reset stands in for it");
            function.disable();
        }
        cc = 0;
        queues.clear();
    }

    @Override
    public void reset(ResetKind kind) {
        attempt(
                () -> {
                    function.disable();
                    function.maskAll();
                    cc = 0;
                    mode = InterruptKind.INTX;
                    queues.clear();
                });
    }

    // ---- commands ----

    /** The guest has placed a command and is about to ring for it. */
    public void submitted(QtestCommand command) {
        queues.submitted(command);
        attempt(
                () -> {
                    for (QtestCommand.Extent list : command.lists()) {
                        carry(list.address(), list.bytes());
                    }
                    if (command.direction().toDevice()) {
                        for (QtestCommand.Extent data : command.data()) {
                            carry(data.address(), data.bytes());
                        }
                    }
                    clearNewQueue(command);
                });
    }

    /** No old entry may look like a new one. */
    private void clearNewQueue(QtestCommand command) throws IOException {
        byte[] sqe = command.sqe();
        boolean creates = command.sqid() == 0 && Sqe.opcode(sqe, 0) == Opcodes.ADMIN_CREATE_CQ;
        if (creates && Sqe.prp1(sqe, 0) != 0) {
            machine.clearRam(Sqe.prp1(sqe, 0), (AdminSqe.qsize0(sqe, 0) + 1L) * Cqe.SIZE);
        }
    }

    private void carry(long address, int count) throws IOException {
        byte[] content = new byte[count];
        try {
            memory.read(address, content, 0, count);
        } catch (MemoryFault e) {
            throw new IOException("the guest named memory it does not have: " + e.getMessage(), e);
        }
        machine.writeRam(address, content);
    }

    /** Carries the entries between the last tail and this one. */
    private void carrySubmissions(long offset, int tail) throws IOException {
        int dstrd = Registers.capDstrd(cap);
        if (Registers.doorbellIsCompletion(offset, dstrd)) {
            return;
        }
        QtestQueues.Ring ring =
                queues.submission(Registers.doorbellQid(offset, dstrd)).orElse(null);
        if (ring == null || tail < 0 || tail >= ring.sizeEntries) {
            return;
        }
        while (ring.slot() != tail) {
            carry(ring.next(), Sqe.SIZE);
            ring.advance();
        }
    }

    // ---- what the device did ----

    /** Looks what the device did since: interrupts come after the completions they tell of. */
    public void settle() {
        attempt(
                () -> {
                    List<Integer> messages = messages();
                    boolean level = mode != InterruptKind.MSIX && function.line();
                    for (QtestQueues.Ring ring : queues.completions()) {
                        take(ring);
                    }
                    messages.forEach(sink::message);
                    if (level != line) {
                        line = level;
                        sink.line(level);
                    }
                });
    }

    /** Vectors whose word was written; it is cleared before completions are looked at. */
    private List<Integer> messages() throws IOException {
        List<Integer> vectors = new ArrayList<>();
        if (mode != InterruptKind.MSIX || function.vectors() == 0) {
            return vectors;
        }
        byte[] words = new byte[function.vectors() * 4];
        machine.readRam(QtestFunction.MESSAGE_ADDRESS, words, 0, words.length);
        for (int vector = 0; vector < function.vectors(); vector++) {
            if (LittleEndian.i32(words, vector * 4) != 0) {
                machine.clearRam(QtestFunction.MESSAGE_ADDRESS + vector * 4L, 4);
                vectors.add(vector);
            }
        }
        return vectors;
    }

    private void take(QtestQueues.Ring ring) throws IOException {
        for (int taken = 0; taken < TAKEN_MAX && queues.holds(ring); ) {
            int count = Math.min(BATCH_ENTRIES, ring.sizeEntries - ring.slot());
            byte[] batch = new byte[count * Cqe.SIZE];
            machine.readRam(ring.next(), batch, 0, batch.length);
            for (int i = 0; i < count; i++) {
                byte[] cqe = Arrays.copyOfRange(batch, i * Cqe.SIZE, (i + 1) * Cqe.SIZE);
                if (Cqe.phase(cqe, 0) != ring.phase()) {
                    return;
                }
                publish(ring, cqe);
                taken++;
            }
        }
    }

    private void publish(QtestQueues.Ring ring, byte[] cqe) throws IOException {
        QtestCommand command = queues.completed(cqe).orElse(null);
        if (command != null && command.direction().fromDevice()) {
            for (QtestCommand.Extent data : command.data()) {
                byte[] content = new byte[data.bytes()];
                machine.readRam(data.address(), content, 0, content.length);
                memory.write(data.address(), content, 0, content.length);
            }
        }
        boolean admin = command != null && command.sqid() == 0;
        if (admin && StatusCode.success(Cqe.status(cqe, 0))) {
            queues.changed(command.sqe());
        }
        // As two stores, the phase tag in the second: the device stored them while nobody looked.
        memory.writeLong(ring.next(), LittleEndian.i64(cqe, 0));
        memory.storeFence();
        memory.writeLong(ring.next() + Long.BYTES, LittleEndian.i64(cqe, Long.BYTES));
        ring.advance();
    }

    // ---- interrupts ----

    @Override
    public void interruptMode(InterruptKind newMode) {
        boolean messages = newMode == InterruptKind.MSIX || newMode == InterruptKind.MSI;
        if (messages && function.vectors() == 0) {
            lacks("it has no MSI-X: no interrupt is seen");
        } else if (newMode == InterruptKind.MSI) {
            lacks("MSI-X stands in for MSI");
        }
        boolean turns = messages != (mode == InterruptKind.MSIX);
        mode = messages ? InterruptKind.MSIX : InterruptKind.INTX;
        attempt(
                () -> {
                    // Turning clears what came: nobody asked for it. Otherwise it is still to be
                    // told.
                    if (turns) {
                        function.messages(messages);
                    }
                    for (int v = 0; newMode == InterruptKind.MSI && v < function.vectors(); v++) {
                        unmask(v);
                    }
                });
    }

    private void unmask(int vector) throws IOException {
        long control = (long) vector * QtestFunction.ENTRY_BYTES + QtestFunction.ENTRY_CONTROL;
        function.writeTable(control, 4, 0);
    }

    @Override
    public long readMsix(long offset, int widthBytes, int cpu) {
        long[] value = {0};
        if (there(offset, widthBytes)) {
            attempt(() -> value[0] = function.readTable(offset, widthBytes));
        }
        return value[0];
    }

    /** Only masks get through: where messages go is this machine's own affair. */
    @Override
    public void writeMsix(long offset, int widthBytes, long value, int cpu) {
        long field = offset % QtestFunction.ENTRY_BYTES;
        boolean high = widthBytes == Long.BYTES && field == QtestFunction.ENTRY_CONTROL - 4;
        if (!high && field != QtestFunction.ENTRY_CONTROL) {
            return;
        }
        if (!there(offset, widthBytes)) {
            lacks("it has only " + function.vectors() + " MSI-X vectors");
            return;
        }
        long at = high ? offset + 4 : offset;
        attempt(() -> function.writeTable(at, 4, high ? value >>> 32 : value));
    }

    private boolean there(long offset, int widthBytes) {
        long bytes = (long) function.vectors() * QtestFunction.ENTRY_BYTES;
        return offset >= 0 && offset <= bytes - widthBytes;
    }
}
