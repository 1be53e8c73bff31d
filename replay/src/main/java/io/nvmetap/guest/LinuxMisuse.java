package io.nvmetap.guest;

import io.nvmetap.nvme.Registers;

/** What a faulty Linux-like guest does to registers and doorbells. */
final class LinuxMisuse {
    private static final int CPU = LinuxAdmin.CPU;
    private static final long GIVE_UP_NS = 100_000_000;

    private LinuxMisuse() {}

    /** Half of CC, a register that is read only, a doorbell hit in its middle. */
    static void registers(GuestMachine machine, SimulationSpec spec) {
        if (spec.has(GuestFault.REGISTER_ACCESS_UNDEFINED)) {
            machine.controller.writeRegister(Registers.CC + 2, 2, 0x46, CPU);
            machine.controller.writeRegister(Registers.VS, 4, 0, CPU);
            machine.controller.writeRegister(Registers.DOORBELL_BASE + 2, 4, 1, CPU);
        }
    }

    /** Admin queues of one entry each; the controller cannot take that. */
    static void enable(GuestMachine machine, SimulationSpec spec, int cc) {
        if (spec.has(GuestFault.ENABLE_WITH_INVALID_CONFIGURATION)) {
            machine.write32(Registers.AQA, 0, CPU);
            machine.write64(Registers.ASQ, machine.allocate(1), CPU);
            machine.write64(Registers.ACQ, machine.allocate(1), CPU);
            machine.write32(Registers.CC, cc | 1, CPU);
            machine.ready(true, CPU, GIVE_UP_NS);
            machine.write32(Registers.CC, cc, CPU);
            machine.ready(false, CPU, GIVE_UP_NS);
        }
    }

    /** Before the first I/O queue exists. */
    static void doorbells(GuestMachine machine, SimulationSpec spec) {
        if (spec.has(GuestFault.DOORBELL_READ_OR_EARLY)) {
            machine.read32(Registers.DOORBELL_BASE, CPU);
            machine.ring(1, CPU);
        }
    }
}
