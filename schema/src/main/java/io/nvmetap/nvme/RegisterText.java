package io.nvmetap.nvme;

import java.util.Optional;

/** One line of text for a register value; names and fields as in {@link Registers}. */
final class RegisterText {
    private static final String[] SHN = {"none", "normal", "abrupt", "reserved"};
    private static final String[] SHST = {"normal", "occurring", "complete", "reserved"};

    private RegisterText() {}

    static String describe(long offset, long value) {
        String head = Registers.name(offset) + "=0x" + Long.toHexString(value);
        Optional<Register> register = Registers.at(offset);
        if (register.isEmpty() || offset != register.get().offset()) {
            return head;
        }
        String fields = fields(register.get(), value);
        return fields.isEmpty() ? head : head + " " + fields;
    }

    private static String fields(Register register, long value) {
        return switch (register) {
            case CAP -> cap(value);
            case VS -> Registers.version((int) value);
            case CC -> cc((int) value);
            case CSTS -> csts((int) value);
            case AQA -> aqa((int) value);
            case NSSR -> (int) value == Registers.NSSR_RESET ? "subsystem reset" : "";
            default -> "";
        };
    }

    /** The low half alone (an upper half of zero) still shows MQES, CQR and TO truly. */
    private static String cap(long cap) {
        return "MQES="
                + Registers.capMqes(cap)
                + flag(" CQR", Registers.capCqr(cap))
                + " TO="
                + Registers.capTo(cap) * Registers.CAP_TO_UNIT_MS
                + "ms DSTRD="
                + Registers.capDstrd(cap)
                + " CSS=0x"
                + Integer.toHexString(Registers.capCss(cap))
                + " MPSMIN="
                + Registers.capMpsmin(cap)
                + " MPSMAX="
                + Registers.capMpsmax(cap)
                + flag(" NSSRS", Registers.capNssrs(cap))
                + flag(" BPS", Registers.capBps(cap))
                + flag(" PMRS", Registers.capPmrs(cap))
                + flag(" CMBS", Registers.capCmbs(cap));
    }

    private static String cc(int cc) {
        return "EN="
                + (Registers.ccEn(cc) ? 1 : 0)
                + " CSS="
                + Registers.ccCss(cc)
                + " MPS="
                + Registers.ccMps(cc)
                + " AMS="
                + Registers.ccAms(cc)
                + " SHN="
                + SHN[Registers.ccShn(cc)]
                + " IOSQES="
                + Registers.ccIosqes(cc)
                + " IOCQES="
                + Registers.ccIocqes(cc);
    }

    private static String csts(int csts) {
        return "RDY="
                + (Registers.cstsRdy(csts) ? 1 : 0)
                + flag(" CFS", Registers.cstsCfs(csts))
                + " SHST="
                + SHST[Registers.cstsShst(csts)]
                + flag(" NSSRO", Registers.cstsNssro(csts))
                + flag(" PP", Registers.cstsPp(csts));
    }

    private static String aqa(int aqa) {
        return "ASQS="
                + Registers.aqaAsqs(aqa)
                + " ACQS="
                + Registers.aqaAcqs(aqa)
                + " ("
                + (Registers.aqaAsqs(aqa) + 1)
                + " and "
                + (Registers.aqaAcqs(aqa) + 1)
                + " entries)";
    }

    private static String flag(String name, boolean set) {
        return set ? name : "";
    }
}
