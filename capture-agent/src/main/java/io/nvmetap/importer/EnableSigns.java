package io.nvmetap.importer;

import io.nvmetap.nvme.FirmwareGuess;
import java.util.ArrayList;
import java.util.List;

/** Collects, for each enable of a log, what {@link FirmwareGuess} needs. */
final class EnableSigns {
    /** Enables of which the driver is told; later ones are "unknown". */
    static final int ENABLES_MAX = 1 << 16;

    private final List<String> drivers = new ArrayList<>();
    private boolean open;
    private long aqa;
    private long cc;
    private int opcode;
    private long prp1;

    /** The controller was enabled with these registers. */
    void enabled(long newAqa, long newCc) {
        close();
        open = true;
        aqa = newAqa;
        cc = newCc;
        opcode = -1;
        prp1 = 0;
    }

    void adminCommand(int code) {
        if (opcode >= 0) {
            close();
        } else {
            opcode = code;
        }
    }

    void prp1(long address) {
        if (opcode >= 0 && prp1 == 0) {
            prp1 = address;
        }
    }

    /** The enable is judged by what was seen since. */
    void close() {
        if (open && drivers.size() < ENABLES_MAX) {
            drivers.add(FirmwareGuess.of(aqa, cc, opcode, prp1));
        }
        open = false;
    }

    /**
     * @return who enabled the controller, one an enable
     */
    List<String> drivers() {
        return drivers;
    }
}
