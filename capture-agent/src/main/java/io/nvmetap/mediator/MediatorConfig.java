package io.nvmetap.mediator;

import io.nvmetap.device.OtherCpus;
import io.nvmetap.device.SharedBuffer;
import io.nvmetap.event.PayloadPolicy;
import java.util.EnumSet;
import java.util.Set;

/** Settings of a {@link Mediator}. Immutable; made by {@link #builder()}. */
public final class MediatorConfig {
    /** Start of the mediator's own pages unless told otherwise: beyond any guest's memory. */
    public static final long WINDOW_BASE_DEFAULT = 0x7F00_0000_0000L;

    /** Bytes of address space for own pages; windows of chained mediators lie this far apart. */
    public static final long WINDOW_BYTES = 1L << 38;

    /** Own pages that may exist together: bytes. */
    public static final long OWN_BYTES_MAX = 256L << 20;

    /** Longest time the interceptor holds a command. */
    public static final long INTERCEPT_NS_MAX = 1_000_000_000L;

    private final Builder b;

    private MediatorConfig(Builder builder) {
        b = new Builder(builder);
    }

    /** Defaults: generic profile, no fault, own start-up commands, no background load. */
    public static Builder builder() {
        return new Builder();
    }

    /** Quirks of the controller that is driven. */
    public MediatorProfile profile() {
        return b.profile;
    }

    /** Faults that are on. */
    public Set<MediatorFault> faults() {
        return b.faults;
    }

    /** First opportunity, from 1, at which a frequent fault strikes. */
    public int faultFrom() {
        return b.faultFrom;
    }

    /** Every how many opportunities it strikes again. */
    public int faultEvery() {
        return b.faultEvery;
    }

    /** Shifts the first strike. */
    public long seed() {
        return b.seed;
    }

    /** First address of own pages. */
    public long windowBase() {
        return b.windowBase;
    }

    /** Memory for own pages that another process can be given; null: ordinary memory. */
    public SharedBuffer ownMemory() {
        return b.ownMemory;
    }

    /** Cap of MDTS as the guest sees it, in powers of two of 4 KiB pages; 0 no cap. */
    public int mdtsMax() {
        return b.mdtsMax;
    }

    /** I/O queues of each kind the guest may have, 1..65535. */
    public int ioQueuesMax() {
        return b.ioQueuesMax;
    }

    /** Entries of the admin queues on the device side, at least; 2..4096. */
    public int adminEntries() {
        return b.adminEntries;
    }

    /** MSI-X vectors shown to the guest, 1..2048. */
    public int vectors() {
        return b.vectors;
    }

    /** Get Features 07h, Identify CNS 1, 2, 0 before the guest's first command. */
    public boolean initSequence() {
        return b.initSequence;
    }

    /** Nanoseconds from one burst of own reads to the next; 0 none. */
    public long ownPeriodNs() {
        return b.ownPeriodNs;
    }

    /** Own reads in a burst, 1..32. */
    public int ownBurst() {
        return b.ownBurst;
    }

    /** Own reads per enable, at most. */
    public long ownReadsMax() {
        return b.ownReadsMax;
    }

    /** Nanoseconds from one look at the controller's health log to the next; 0 none. */
    public long ownHealthNs() {
        return b.ownHealthNs;
    }

    /** One of so many I/O commands of the guest is intercepted; 0 none. */
    public int interceptEvery() {
        return b.interceptEvery;
    }

    /** Event requests of the guest are intercepted too. */
    public boolean interceptEvents() {
        return b.interceptEvents;
    }

    /** How long an intercepted command is held. */
    public long interceptNs() {
        return b.interceptNs;
    }

    /** How long an own command may take, waiting included. */
    public long ownDeadlineNs() {
        return b.ownDeadlineNs;
    }

    /** How long the guest's commands may keep own commands waiting. */
    public long turnNsMax() {
        return b.turnNsMax;
    }

    /** Commands the guest may still start while own commands wait. */
    public int turnCommandsMax() {
        return b.turnCommandsMax;
    }

    /** The controller gets copies of the guest's PRP lists, never the guest's own. */
    public boolean ownLists() {
        return b.ownLists;
    }

    /** Modelled cost of copying completions back, before the first store. */
    public long copyDelayNs() {
        return b.copyDelayNs;
    }

    /** Shortest time from one look at an interruptless completion queue to the next. */
    public long pollNsMin() {
        return b.pollNsMin;
    }

    /** How often queues with commands out are looked at all the same, 0 never. */
    public long safetyLookNs() {
        return b.safetyLookNs;
    }

    /** Doorbell Buffer Config is shown and served, by the mediator itself. */
    public boolean serveDoorbellBuffers() {
        return b.serveDoorbellBuffers;
    }

    /** How long a shutdown notification waits for commands in flight. */
    public long drainNsMax() {
        return b.drainNsMax;
    }

    /** Where other CPUs of the machine may come in while the driver works. */
    public OtherCpus otherCpus() {
        return b.otherCpus;
    }

    /** Which data becomes payload events. */
    public PayloadPolicy payload() {
        return b.payload;
    }

    /** Builder of {@link MediatorConfig}; see there for each setting. */
    public static final class Builder {
        private MediatorProfile profile = MediatorProfile.GENERIC;
        private Set<MediatorFault> faults = Set.of();
        private int faultFrom = DriverSpec.Knobs.DEFAULT.from();
        private int faultEvery = DriverSpec.Knobs.DEFAULT.every();
        private long seed;
        private long windowBase = WINDOW_BASE_DEFAULT;
        private SharedBuffer ownMemory;
        private int mdtsMax = 8;
        private int ioQueuesMax = 65_535;
        private int adminEntries = 32;
        private int vectors = 2048;
        private boolean initSequence = true;
        private long ownPeriodNs;
        private int ownBurst = 1;
        private long ownReadsMax = Long.MAX_VALUE;
        private long ownHealthNs;
        private int interceptEvery;
        private boolean interceptEvents;
        private long interceptNs = 50_000_000;
        private long ownDeadlineNs = 5_000_000_000L;
        private long turnNsMax = 5_000_000;
        private int turnCommandsMax = 64;
        private boolean ownLists;
        private long copyDelayNs;
        private long pollNsMin = 10_000;
        private long safetyLookNs;
        private long drainNsMax = 1_000_000_000;
        private boolean serveDoorbellBuffers;
        private PayloadPolicy payload = PayloadPolicy.ADMIN;
        private OtherCpus otherCpus = OtherCpus.NONE;

        private Builder() {}

        private Builder(Builder o) {
            profile = o.profile;
            faults = o.faults;
            faultFrom = o.faultFrom;
            faultEvery = o.faultEvery;
            seed = o.seed;
            windowBase = o.windowBase;
            ownMemory = o.ownMemory;
            mdtsMax = o.mdtsMax;
            ioQueuesMax = o.ioQueuesMax;
            adminEntries = o.adminEntries;
            vectors = o.vectors;
            initSequence = o.initSequence;
            ownPeriodNs = o.ownPeriodNs;
            ownBurst = o.ownBurst;
            ownReadsMax = o.ownReadsMax;
            ownHealthNs = o.ownHealthNs;
            interceptEvery = o.interceptEvery;
            interceptEvents = o.interceptEvents;
            interceptNs = o.interceptNs;
            ownDeadlineNs = o.ownDeadlineNs;
            turnNsMax = o.turnNsMax;
            turnCommandsMax = o.turnCommandsMax;
            ownLists = o.ownLists;
            copyDelayNs = o.copyDelayNs;
            pollNsMin = o.pollNsMin;
            safetyLookNs = o.safetyLookNs;
            drainNsMax = o.drainNsMax;
            serveDoorbellBuffers = o.serveDoorbellBuffers;
            payload = o.payload;
            otherCpus = o.otherCpus;
        }

        public Builder profile(MediatorProfile value) {
            profile = value;
            return this;
        }

        public Builder faults(Set<MediatorFault> value) {
            EnumSet<MediatorFault> copy = EnumSet.noneOf(MediatorFault.class);
            copy.addAll(value);
            faults = Set.copyOf(copy);
            return this;
        }

        public Builder fault(MediatorFault value) {
            return faults(Set.of(value));
        }

        public Builder faultRate(int from, int every) {
            faultFrom = from(1, from, Integer.MAX_VALUE, "faultFrom");
            faultEvery = from(1, every, Integer.MAX_VALUE, "faultEvery");
            return this;
        }

        public Builder seed(long value) {
            seed = value;
            return this;
        }

        public Builder windowBase(long value) {
            if ((value & 0xFFF) != 0 || value < 0 || value + WINDOW_BYTES < 0) {
                throw new IllegalArgumentException(
                        String.format("windowBase 0x%x is no page below 2^63", value));
            }
            windowBase = value;
            return this;
        }

        /** Whole pages, little-endian, at most {@link #OWN_BYTES_MAX}. */
        public Builder ownMemory(SharedBuffer value) {
            int bytes = value.bytes().capacity();
            if (bytes == 0 || bytes % 4096 != 0 || bytes > OWN_BYTES_MAX) {
                throw new IllegalArgumentException("ownMemory of " + bytes + " bytes");
            }
            ownMemory = value;
            return this;
        }

        public Builder mdtsMax(int value) {
            mdtsMax = from(0, value, 16, "mdtsMax");
            return this;
        }

        public Builder ioQueuesMax(int value) {
            ioQueuesMax = from(1, value, 65_535, "ioQueuesMax");
            return this;
        }

        public Builder adminEntries(int value) {
            adminEntries = from(2, value, 4096, "adminEntries");
            return this;
        }

        public Builder vectors(int value) {
            vectors = from(1, value, 2048, "vectors");
            return this;
        }

        public Builder initSequence(boolean value) {
            initSequence = value;
            return this;
        }

        public Builder ownLoad(long periodNs, int burst, long readsMax) {
            ownPeriodNs = Math.max(0, periodNs);
            ownBurst = from(1, burst, 32, "ownBurst");
            ownReadsMax = readsMax;
            return this;
        }

        public Builder ownHealthNs(long value) {
            ownHealthNs = Math.max(0, value);
            return this;
        }

        /** Holds one of {@code every} I/O commands of the guest (0 none) for so long, up to 1 s. */
        public Builder intercept(int every, long ns) {
            interceptEvery = from(0, every, Integer.MAX_VALUE, "interceptEvery");
            interceptNs = Math.max(0, Math.min(ns, INTERCEPT_NS_MAX));
            return this;
        }

        public Builder interceptEvents(boolean value) {
            interceptEvents = value;
            return this;
        }

        public Builder ownDeadlineNs(long value) {
            ownDeadlineNs = Math.max(1, value);
            return this;
        }

        public Builder turn(long nsMax, int commandsMax) {
            turnNsMax = Math.max(0, nsMax);
            turnCommandsMax = from(1, commandsMax, Integer.MAX_VALUE, "turnCommandsMax");
            return this;
        }

        public Builder ownLists(boolean value) {
            ownLists = value;
            return this;
        }

        public Builder copyDelayNs(long value) {
            copyDelayNs = Math.max(0, value);
            return this;
        }

        public Builder pollNsMin(long value) {
            pollNsMin = Math.max(100, value);
            return this;
        }

        public Builder safetyLookNs(long value) {
            safetyLookNs = Math.max(0, value);
            return this;
        }

        public Builder drainNsMax(long value) {
            drainNsMax = Math.max(0, value);
            return this;
        }

        public Builder serveDoorbellBuffers(boolean value) {
            serveDoorbellBuffers = value;
            return this;
        }

        public Builder otherCpus(OtherCpus value) {
            otherCpus = value;
            return this;
        }

        public Builder payload(PayloadPolicy value) {
            payload = value;
            return this;
        }

        /**
         * The configuration; faults that need own commands or an interceptor get them, faults of
         * the walk over PRP lists have its outcome used.
         */
        public MediatorConfig build() {
            MediatorConfig config = new MediatorConfig(this);
            boolean needsLoad =
                    faults.contains(MediatorFault.HOST_AND_GUEST_COMMANDS_MIXED)
                            || faults.contains(MediatorFault.APPLE_BUFFER_REUSE_STALL)
                            || faults.contains(MediatorFault.APPLE_UNACKED_CQE_STALL)
                            || faults.contains(MediatorFault.SIDE_STARVATION);
            if (needsLoad && ownPeriodNs == 0) {
                config.b.ownLoad(20_000, 4, 256);
            }
            boolean needsInterceptor =
                    faults.contains(MediatorFault.PAUSED_REQUEST_FREED_ON_RESET)
                            || faults.contains(MediatorFault.INTERCEPT_COUNTER_RACE);
            if (needsInterceptor && interceptEvery == 0) {
                config.b.intercept(4, interceptNs);
            }
            config.b.ownLists |=
                    faults.contains(MediatorFault.PRP_LIST_NONZERO_OFFSET)
                            || faults.contains(MediatorFault.PRP_LIST_LAST_ENTRY);
            return config;
        }

        private static int from(int min, int value, int max, String what) {
            if (value < min || value > max) {
                throw new IllegalArgumentException(
                        what + " " + value + " is not in " + min + ".." + max);
            }
            return value;
        }
    }
}
