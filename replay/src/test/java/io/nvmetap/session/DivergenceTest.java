package io.nvmetap.session;

import static org.assertj.core.api.Assertions.assertThat;

import io.nvmetap.capture.Tap;
import io.nvmetap.compare.Divergence;
import io.nvmetap.compare.Verdict;
import io.nvmetap.device.Controller;
import io.nvmetap.device.InterruptSink;
import io.nvmetap.device.Timeline;
import io.nvmetap.device.VirtualTimeline;
import io.nvmetap.nvme.LittleEndian;
import io.nvmetap.nvme.NvmSqe;
import io.nvmetap.nvme.Opcodes;
import io.nvmetap.nvme.Registers;
import io.nvmetap.nvme.Sqe;
import io.nvmetap.target.Driver;
import io.nvmetap.target.MemoryRange;
import java.util.function.LongUnaryOperator;
import org.junit.jupiter.api.Test;

/** Each way in which a driver can differ is seen, at the right event. */
class DivergenceTest {
    /** The read that goes wrong, its queue's third. */
    private static final int CID = 9;

    private final Recording recording = new Recording().ready().io(7, 100, 0).io(8, 200, 0);
    private final long completionSeq;

    DivergenceTest() {
        recording.io(CID, 300, 0);
        completionSeq = recording.lastSeq() - 2;
        recording.io(10, 400, 0);
    }

    private Divergence diverged(Driver driver) {
        ReplayOptions options = ReplayOptions.DEFAULT.withAccessesMax(100_000);
        Verdict verdict =
                new ReplaySession(recording.plan(), driver, options, new VirtualTimeline())
                        .playback(0, Tap.OFF);
        assertThat(verdict.outcome()).isEqualTo(Verdict.Outcome.DIVERGED);
        return verdict.divergence().orElseThrow();
    }

    /** The second half of the CQE of {@link #CID} goes through {@code change}. */
    private static Driver changing(LongUnaryOperator change) {
        return FakeDriver.through(
                memory ->
                        new Lens(memory) {
                            @Override
                            public void writeLong(long address, long value) {
                                boolean victim = (address & 15) == 8 && isVictim(value);
                                to.writeLong(address, victim ? change.applyAsLong(value) : value);
                            }
                        });
    }

    private static boolean isVictim(long secondHalf) {
        return (secondHalf >>> 32 & 0xFFFF) == CID && (secondHalf >>> 16 & 0xFFFF) == 1;
    }

    @Test
    void shouldSeeAnotherStatus() {
        Divergence d = diverged(changing(half -> half | 0x281L << 49));
        assertThat(d.seq()).isEqualTo(completionSeq);
        assertThat(d.sentence()).contains("status").contains("Unrecovered Read Error");
    }

    @Test
    void shouldSeeAnotherSqhd() {
        Divergence d = diverged(changing(half -> half & ~0xFFFFL | 7));
        assertThat(d.seq()).isEqualTo(completionSeq);
        assertThat(d.sentence()).contains("SQHD 7, the guest submitted 3 to 3");
    }

    @Test
    void shouldSeeAnotherSqid() {
        Divergence d = diverged(changing(half -> half & ~0xFFFF0000L));
        assertThat(d.sentence()).contains("SQID 0 CID 9, but CID 9 was submitted on SQ 1");
    }

    @Test
    void shouldSeeAnotherCid() {
        Divergence d = diverged(changing(half -> half ^ 0x40L << 32));
        assertThat(d.sentence()).contains("CID 73, which the guest has not in flight");
    }

    @Test
    void shouldSeeAPhaseThatNeverFlips() {
        Divergence d = diverged(changing(half -> half ^ 1L << 48));
        assertThat(d.seq()).isEqualTo(completionSeq);
        assertThat(d.sentence()).contains("stored without the phase tag");
    }

    @Test
    void shouldSeeAnotherDw0() {
        Driver driver =
                FakeDriver.through(
                        memory ->
                                new Lens(memory) {
                                    private long first;

                                    @Override
                                    public void writeLong(long address, long value) {
                                        if ((address & 15) == 0) {
                                            first = address;
                                            to.writeLong(address, 5);
                                        } else {
                                            to.writeLong(first + 8, value);
                                        }
                                    }
                                });
        assertThat(diverged(driver).sentence()).contains("DW0 0x5, recorded 0x0");
    }

    @Test
    void shouldSeeAPhaseStoredBeforeTheRest() {
        Driver driver =
                FakeDriver.through(
                        memory ->
                                new Lens(memory) {
                                    private long half;

                                    @Override
                                    public void writeLong(long address, long value) {
                                        if ((address & 15) == 0) {
                                            half = value | 0xABC;
                                        } else {
                                            to.writeLong(address, value);
                                            to.writeLong(address - 8, half);
                                        }
                                    }
                                });
        assertThat(diverged(driver).sentence()).contains("torn completion");
    }

    @Test
    void shouldSeeAMissingFence() {
        Driver driver =
                FakeDriver.through(
                        memory ->
                                new Lens(memory) {
                                    @Override
                                    public void storeFence() {
                                        // The driver forgets it.
                                    }
                                });
        assertThat(diverged(driver).sentence()).contains("no store fence before the phase tag");
    }

    @Test
    void shouldSeeAStoreIntoMemoryNotGiven() {
        Driver driver =
                new FakeDriver() {
                    @Override
                    public void writeRegister(long offset, int width, long value, int cpu) {
                        if (offset == Registers.DOORBELL_BASE + 8) {
                            guestMemory.writeInt(MemoryRange.BASE + (1 << 30), 1);
                        }
                        super.writeRegister(offset, width, value, cpu);
                    }
                };
        assertThat(diverged(driver).sentence()).contains("memory the guest did not give");
    }

    @Test
    void shouldSeeADuplicate() {
        Driver driver =
                FakeDriver.through(
                        memory ->
                                new Lens(memory) {
                                    @Override
                                    public void writeLong(long address, long value) {
                                        to.writeLong(address, value);
                                        if ((address & 15) == 8 && isVictim(value)) {
                                            to.writeLong(address + 8, 0);
                                            to.storeFence();
                                            to.writeLong(address + 16, value);
                                        }
                                    }
                                });
        assertThat(diverged(driver).sentence()).contains("a second time");
    }

    @Test
    void shouldSeeACompletionThatIsNotPassedOn() {
        Driver driver =
                FakeDriver.through(
                        memory ->
                                new Lens(memory) {
                                    @Override
                                    public void writeLong(long address, long value) {
                                        if ((address & 15) == 0 || !isVictim(value)) {
                                            to.writeLong(address, value);
                                        }
                                    }
                                });
        Divergence d = diverged(driver);
        assertThat(d.seq()).isEqualTo(completionSeq);
        assertThat(d.sentence()).contains("no completion within");
    }

    @Test
    void shouldSeeALostInterrupt() {
        Driver driver =
                new FakeDriver() {
                    private int messages;

                    @Override
                    protected InterruptSink lens(InterruptSink sink) {
                        return new InterruptSink() {
                            @Override
                            public void message(int vector) {
                                if (vector != 1 || ++messages != 3) {
                                    sink.message(vector);
                                }
                            }

                            @Override
                            public void line(boolean asserted) {
                                sink.line(asserted);
                            }
                        };
                    }
                };
        Divergence d = diverged(driver);
        assertThat(d.seq()).isEqualTo(completionSeq + 1);
        assertThat(d.sentence()).contains("no interrupt came on vector 1");
    }

    @Test
    void shouldShowBothCommandsWhenADriverChangesOne() {
        Driver driver =
                FakeDriver.through(
                        memory ->
                                new Lens(memory) {
                                    @Override
                                    public void read(long at, byte[] target, int from, int count) {
                                        to.read(at, target, from, count);
                                        boolean read = Sqe.opcode(target, 0) == Opcodes.IO_READ;
                                        if (count == Sqe.SIZE
                                                && read
                                                && Sqe.cid(target, 0) == CID) {
                                            NvmSqe.putSlba(target, 0, 301);
                                        }
                                    }
                                });
        Divergence d = diverged(driver);
        assertThat(d.seq()).isEqualTo(completionSeq);
        assertThat(d.sentence()).contains("slba=0x12c").contains("it got").contains("slba=0x12d");
    }

    @Test
    void shouldSeeADriverThatThrows() {
        Driver driver =
                new FakeDriver() {
                    @Override
                    public void writeRegister(long offset, int width, long value, int cpu) {
                        if (offset == Registers.DOORBELL_BASE + 8) {
                            throw new IllegalStateException("no free slot");
                        }
                        super.writeRegister(offset, width, value, cpu);
                    }
                };
        assertThat(diverged(driver).sentence())
                .isEqualTo("the driver threw IllegalStateException: no free slot");
    }

    @Test
    void shouldSeeADriverThatSpins() {
        Driver driver =
                new FakeDriver() {
                    @Override
                    public void writeRegister(long offset, int width, long value, int cpu) {
                        super.writeRegister(offset, width, value, cpu);
                        while (offset == Registers.DOORBELL_BASE + 8
                                && guestMemory.readInt(MemoryRange.BASE) >= 0) {
                            LittleEndian.u8(new byte[1], 0);
                        }
                    }
                };
        assertThat(diverged(driver).sentence()).contains("the driver spins");
    }

    @Test
    void shouldSeeADriverThatCannotBeBuilt() {
        Driver driver =
                new FakeDriver() {
                    @Override
                    public Controller build(Controller device, Timeline timeline, Tap tap) {
                        throw new IllegalArgumentException("no such quirk");
                    }
                };
        assertThat(diverged(driver).sentence()).contains("no such quirk");
    }

    @Test
    void shouldSeeAnotherPayload() {
        recording.ring(1, 1);
        long id = recording.fetch(1, Recording.readCommand(20, 1), 4096);
        byte[] content = new byte[4096];
        content[17] = 42;
        recording.payload(1, 20, id, content).complete(1, 1, 20, id, 0);
        Driver driver =
                FakeDriver.through(
                        memory ->
                                new Lens(memory) {
                                    @Override
                                    public void write(long at, byte[] from, int first, int count) {
                                        byte[] changed = from.clone();
                                        changed[17] = 0;
                                        to.write(at, changed, first, count);
                                    }
                                });
        assertThat(diverged(driver).sentence())
                .contains("received byte 17 is 0x00, the controller sent 0x2a");
    }

    @Test
    void shouldSeeAControllerThatIsNeverReady() {
        Driver driver =
                new FakeDriver() {
                    @Override
                    public long readRegister(long offset, int width, int cpu) {
                        return offset == Registers.CSTS
                                ? 0
                                : super.readRegister(offset, width, cpu);
                    }
                };
        assertThat(diverged(driver).sentence()).contains("CSTS & 0x1 did not become 0x1");
    }
}
