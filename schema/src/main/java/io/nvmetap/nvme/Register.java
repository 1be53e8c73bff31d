package io.nvmetap.nvme;

/**
 * Controller properties at their BAR0 offsets (NVMe Base 2.0c 3.1.3, Controller Properties; the
 * table there gives offset, size and access). The enum name is the specification's symbol.
 */
public enum Register {
    CAP(0x00, 8, Access.READ_ONLY, "Controller Capabilities"),
    VS(0x08, 4, Access.READ_ONLY, "Version"),
    INTMS(0x0C, 4, Access.WRITE_ONE_TO_SET, "Interrupt Mask Set"),
    INTMC(0x10, 4, Access.WRITE_ONE_TO_CLEAR, "Interrupt Mask Clear"),
    CC(0x14, 4, Access.READ_WRITE, "Controller Configuration"),
    CSTS(0x1C, 4, Access.READ_ONLY_SOME_CLEAR, "Controller Status"),
    NSSR(0x20, 4, Access.READ_WRITE, "NVM Subsystem Reset"),
    AQA(0x24, 4, Access.READ_WRITE, "Admin Queue Attributes"),
    ASQ(0x28, 8, Access.READ_WRITE, "Admin Submission Queue Base Address"),
    ACQ(0x30, 8, Access.READ_WRITE, "Admin Completion Queue Base Address"),
    CMBLOC(0x38, 4, Access.READ_ONLY, "Controller Memory Buffer Location"),
    CMBSZ(0x3C, 4, Access.READ_ONLY, "Controller Memory Buffer Size"),
    BPINFO(0x40, 4, Access.READ_ONLY, "Boot Partition Information"),
    BPRSEL(0x44, 4, Access.READ_WRITE, "Boot Partition Read Select"),
    BPMBL(0x48, 8, Access.READ_WRITE, "Boot Partition Memory Buffer Location"),
    CMBMSC(0x50, 8, Access.READ_WRITE, "Controller Memory Buffer Memory Space Control"),
    CMBSTS(0x58, 4, Access.READ_ONLY, "Controller Memory Buffer Status"),
    CMBEBS(0x5C, 4, Access.READ_ONLY, "Controller Memory Buffer Elasticity Buffer Size"),
    CMBSWTP(0x60, 4, Access.READ_ONLY, "Controller Memory Buffer Sustained Write Throughput"),
    NSSD(0x64, 4, Access.READ_WRITE, "NVM Subsystem Shutdown"),
    CRTO(0x68, 4, Access.READ_ONLY, "Controller Ready Timeouts"),
    PMRCAP(0xE00, 4, Access.READ_ONLY, "Persistent Memory Region Capabilities"),
    PMRCTL(0xE04, 4, Access.READ_WRITE, "Persistent Memory Region Control"),
    PMRSTS(0xE08, 4, Access.READ_ONLY, "Persistent Memory Region Status"),
    PMREBS(0xE0C, 4, Access.READ_ONLY, "Persistent Memory Region Elasticity Buffer Size"),
    PMRSWTP(0xE10, 4, Access.READ_ONLY, "Persistent Memory Region Sustained Write Throughput"),
    PMRMSCL(0xE14, 4, Access.READ_WRITE, "PMR Controller Memory Space Control Lower"),
    PMRMSCU(0xE18, 4, Access.READ_WRITE, "PMR Controller Memory Space Control Upper");

    /** What a write may do to a property. */
    public enum Access {
        /** Writes are ignored. */
        READ_ONLY,
        /** Read-only but for bits that a one clears (CSTS.NSSRO). */
        READ_ONLY_SOME_CLEAR,
        /** Read and write. */
        READ_WRITE,
        /** Ones set bits, zeros leave them. */
        WRITE_ONE_TO_SET,
        /** Ones clear bits, zeros leave them. */
        WRITE_ONE_TO_CLEAR;

        /** Whether a write can change anything. */
        public boolean writable() {
            return this != READ_ONLY;
        }
    }

    private final int offset;
    private final int width;
    private final Access access;
    private final String title;

    Register(int offset, int width, Access access, String title) {
        this.offset = offset;
        this.width = width;
        this.access = access;
        this.title = title;
    }

    /** BAR0 byte offset. */
    public int offset() {
        return offset;
    }

    /** Bytes: 4 or 8. */
    public int width() {
        return width;
    }

    /** What a write may do. */
    public Access access() {
        return access;
    }

    /** The specification's title. */
    public String title() {
        return title;
    }
}
