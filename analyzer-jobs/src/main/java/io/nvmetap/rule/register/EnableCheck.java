package io.nvmetap.rule.register;

import io.nvmetap.history.History;
import io.nvmetap.history.SideState;
import io.nvmetap.nvme.Registers;

/**
 * What is wrong with the settings of an enable (NVMe Base 2.0, 3.1.3.5 CC, 3.1.3.8 AQA, 3.1.3.9
 * ASQ, 3.1.3.10 ACQ), against the CAP that the side was shown.
 */
final class EnableCheck {
    private static final int AMS_VENDOR = 7;

    private EnableCheck() {}

    /**
     * @return what is wrong, "" nothing that could be seen
     */
    static String wrong(History h, EnableTrack t, SideState side, boolean css) {
        String admin = adminQueues(t, Registers.ccPageSize(side.cc));
        if (!admin.isEmpty()) {
            return admin;
        }
        long cap = EnableTrack.cap(h, side.side);
        return cap == 0 ? "" : againstCap(side.cc, cap, css);
    }

    private static String adminQueues(EnableTrack t, int pageBytes) {
        if (t.aqaSeen() && Registers.aqaAsqs(t.aqa) == 0) {
            return "AQA.ASQS is 0: a queue has two entries at least";
        }
        if (t.aqaSeen() && Registers.aqaAcqs(t.aqa) == 0) {
            return "AQA.ACQS is 0: a queue has two entries at least";
        }
        if (t.asqSeen() && (t.asq & pageBytes - 1) != 0) {
            return String.format("ASQ %xh is not at the start of a page", t.asq);
        }
        if (t.acqSeen() && (t.acq & pageBytes - 1) != 0) {
            return String.format("ACQ %xh is not at the start of a page", t.acq);
        }
        boolean both = t.asqSeen() && t.acqSeen();
        return both && t.asq == t.acq
                ? String.format("ASQ and ACQ are both %xh: one queue lies on the other", t.asq)
                : "";
    }

    private static String againstCap(int cc, long cap, boolean judgesCss) {
        int mps = Registers.ccMps(cc);
        if (mps < Registers.capMpsmin(cap) || mps > Registers.capMpsmax(cap)) {
            return String.format(
                    "CC.MPS is %d, CAP.MPSMIN %d and CAP.MPSMAX %d",
                    mps, Registers.capMpsmin(cap), Registers.capMpsmax(cap));
        }
        int ams = Registers.ccAms(cc);
        boolean offered =
                ams == 0
                        || ams == 1 && (Registers.capAms(cap) & 1) != 0
                        || ams == AMS_VENDOR && (Registers.capAms(cap) & 2) != 0;
        if (!offered) {
            return String.format("CC.AMS is %d, CAP.AMS %d", ams, Registers.capAms(cap));
        }
        int css = Registers.ccCss(cc);
        boolean known =
                css == Registers.CSS_NVM
                        || (css == Registers.CSS_ALL || css == Registers.CSS_ADMIN_ONLY)
                                && (Registers.capCss(cap) >>> css & 1) != 0;
        return judgesCss && !known
                ? String.format(
                        "CC.CSS is %d, which CAP.CSS %xh does not offer",
                        css, Registers.capCss(cap))
                : "";
    }
}
