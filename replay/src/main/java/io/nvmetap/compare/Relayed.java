package io.nvmetap.compare;

import io.nvmetap.nvme.AdminSqe;
import io.nvmetap.nvme.IdentifyCns;
import io.nvmetap.nvme.Opcodes;
import io.nvmetap.plan.Exchange;
import java.util.Optional;

/**
 * Data on its way from the controller through a driver: it must arrive as it was sent, but that a
 * driver may show less of the controller in Identify Controller (NVMe Base 2.0c 5.17.2.1).
 */
final class Relayed {
    private static final int MDTS = 77;
    private static final int[] CAPABILITIES = {
        76, 256, 257, 260, 261, 520, 521, 525, 536, 537, 538, 539
    };

    private Relayed() {}

    static Optional<String> compare(Exchange exchange, byte[] sent, byte[] received) {
        boolean identify =
                exchange.admin()
                        && exchange.opcode() == Opcodes.ADMIN_IDENTIFY
                        && AdminSqe.cns(exchange.sqe(), 0) == IdentifyCns.CONTROLLER;
        int count = Math.min(sent.length, received.length);
        for (int i = 0; i < count; i++) {
            if (sent[i] != received[i] && !(identify && shownLess(i, sent[i], received[i]))) {
                String where = identify && i == MDTS ? "MDTS" : "byte " + i;
                return Optional.of(
                        String.format(
                                "%s: received %s is 0x%02x, the controller sent 0x%02x",
                                exchange.describe(), where, received[i], sent[i]));
            }
        }
        return Optional.empty();
    }

    private static boolean shownLess(int at, byte sent, byte received) {
        if (at == MDTS) {
            // 0 is no limit; a driver may lower what is there, or set one.
            return received != 0 && (sent == 0 || received < sent);
        }
        for (int capability : CAPABILITIES) {
            if (capability == at) {
                return (received & ~sent) == 0;
            }
        }
        return false;
    }
}
