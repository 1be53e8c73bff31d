package io.nvmetap.device.model;

import io.nvmetap.nvme.AdminSqe;
import io.nvmetap.nvme.IdentifyCns;
import io.nvmetap.nvme.IdentifyController;
import io.nvmetap.nvme.IdentifyNamespace;
import io.nvmetap.nvme.LittleEndian;
import io.nvmetap.nvme.Sqe;
import io.nvmetap.nvme.StatusCode;

/** What Identify answers (NVMe Base 2.0c 5.17). */
final class IdentifyPages {
    static final int FORMATS = 2;

    private static final int VERSION_1_1 = 0x1_0100;
    private static final int VERSION_1_3 = 0x1_0300;
    private static final int VERSION_2_0 = 0x2_0000;
    private static final int SGLS_DATA_BLOCK = 1;
    private static final int LPA_COMMAND_EFFECTS = 1 << 1;
    private static final int LPA_EXTENDED = 1 << 2;
    private static final int LAST_LISTABLE = 0xFFFF_FFFD;

    private static final int NON_OPERATIONAL = 1 << 1;

    private final ModelState state;
    private final DataPointer data;
    private int turn = -1;

    IdentifyPages(ModelState state, DataPointer data) {
        this.state = state;
        this.data = data;
    }

    /** A structure that the first versions had not, which the fault makes it mistake. */
    private boolean mistakes(int cns) {
        return cns > IdentifyCns.CONTROLLER
                && state.faults.has(ControllerFault.IDENTIFY_CNS_UNSUPPORTED);
    }

    /** Which half of the mistaken ones it never answers comes from the seed. */
    boolean forgets(byte[] sqe) {
        int cns = AdminSqe.cns(sqe, 0);
        if (turn < 0 && state.faults.has(ControllerFault.IDENTIFY_CNS_UNSUPPORTED)) {
            turn = (int) state.faults.amount(ControllerFault.IDENTIFY_CNS_UNSUPPORTED, 2);
        }
        return mistakes(cns) && (cns & 1) == turn;
    }

    int identify(Command command) {
        byte[] page = new byte[IdentifyController.SIZE];
        int status = fill(command.sqe, page);
        return StatusCode.success(status)
                ? data.give(command, page, page.length)
                : status | StatusCode.DNR;
    }

    private int fill(byte[] sqe, byte[] page) {
        long nsid = Sqe.nsid(sqe, 0);
        int vs = state.profile.vs();
        int cns = AdminSqe.cns(sqe, 0);
        if (mistakes(cns)) {
            // Looks at the lowest bit only, as if there were no other.
            return (cns & 1) == IdentifyCns.CONTROLLER ? controller(page) : namespace(nsid, page);
        }
        if (cns > IdentifyCns.CONTROLLER && vs < VERSION_1_1
                || cns == IdentifyCns.NAMESPACE_DESCRIPTORS && vs < VERSION_1_3
                || cns > IdentifyCns.NAMESPACE_DESCRIPTORS && vs < VERSION_2_0) {
            return StatusCode.INVALID_FIELD;
        }
        return switch (cns) {
            case IdentifyCns.NAMESPACE -> namespace(nsid, page);
            case IdentifyCns.CONTROLLER -> controller(page);
            case IdentifyCns.ACTIVE_NAMESPACE_LIST -> list(nsid, page);
            case IdentifyCns.NAMESPACE_DESCRIPTORS -> descriptors(nsid, page);
            case IdentifyCns.COMMAND_SETS -> commandSets(page);
            case IdentifyCns.INDEPENDENT_NAMESPACE -> independent(nsid, page);
            default -> commandSetSpecific(cns, AdminSqe.csi(sqe, 0), nsid, page);
        };
    }

    /** Only the NVM command set (CSI 0) is there; its pages of these kinds hold no limits. */
    private int commandSetSpecific(int cns, int csi, long nsid, byte[] page) {
        if (csi != 0) {
            return StatusCode.INVALID_FIELD;
        }
        return switch (cns) {
            case IdentifyCns.CSI_NAMESPACE -> exists(nsid);
            case IdentifyCns.CSI_CONTROLLER -> StatusCode.SUCCESS;
            case IdentifyCns.CSI_ACTIVE_NAMESPACE_LIST -> list(nsid, page);
            default -> StatusCode.INVALID_FIELD;
        };
    }

    private int controller(byte[] page) {
        ControllerProfile profile = state.profile;
        IdentifyController view = new IdentifyController(page);
        view.putPciIds(profile.vendorId(), profile.vendorId());
        view.putSn(profile.serial());
        view.putMn(profile.model());
        view.putFr(profile.firmware());
        view.putMdts(profile.mdts());
        view.putVer(profile.vs() >= 0x1_0200 ? profile.vs() : 0);
        view.putCntrltype(profile.vs() >= VERSION_2_0 ? 1 : 0);
        view.putOacs(profile.oacs());
        view.putAcl(QueueCommands.ABORT_LIMIT0);
        view.putAerl(AsyncEvents.LIMIT0);
        page[IdentifyController.FRMW_OFFSET] = 1 << 1;
        view.putLpa(LPA_COMMAND_EFFECTS | LPA_EXTENDED);
        view.putElpe(ErrorLog.ENTRIES - 1);
        page[IdentifyController.NPSS_OFFSET] = FeatureStore.POWER_STATES0;
        if (PowerStates.supported(profile)) {
            page[IdentifyController.APSTA_OFFSET] = 1;
            int second = IdentifyController.PSD_OFFSET + IdentifyController.PSD_BYTES;
            page[second + 3] = NON_OPERATIONAL;
            LittleEndian.put32(page, second + 4, PowerStates.ENTRY_US);
            LittleEndian.put32(page, second + 8, PowerStates.EXIT_US);
        }
        view.putEntrySizes(0x66, 0x44);
        view.putNn(state.namespaces.size());
        view.putOncs(profile.oncs());
        view.putVwc(profile.volatileWriteCache() ? 7 : 0);
        view.putSgls(profile.sgl() ? SGLS_DATA_BLOCK : 0);
        view.putSubnqn("nqn.2014.08.org.nvmexpress:nvmetap-model-" + profile.name());
        return StatusCode.SUCCESS;
    }

    private int namespace(long nsid, byte[] page) {
        if (nsid == 0 || nsid > state.namespaces.size() && nsid != Sqe.NSID_ALL) {
            return StatusCode.INVALID_NAMESPACE_OR_FORMAT;
        }
        NamespaceStore store = state.namespace(nsid);
        IdentifyNamespace view = new IdentifyNamespace(page);
        view.putFormats(FORMATS - 1, store == null || store.blockBytes() == 512 ? 0 : 1);
        view.putLbaf(0, 9, 0, 0);
        view.putLbaf(1, 12, 0, 0);
        if (store != null) {
            view.putSizes(store.blockCount(), store.blockCount(), store.blockCount());
            view.putEui64(eui64(nsid));
            // Deallocated blocks read as zeros (DLFEAT 001b).
            page[IdentifyNamespace.DLFEAT_OFFSET] = 1;
        }
        return StatusCode.SUCCESS;
    }

    private int list(long after, byte[] page) {
        if (after > Integer.toUnsignedLong(LAST_LISTABLE)) {
            return StatusCode.INVALID_NAMESPACE_OR_FORMAT;
        }
        int at = 0;
        for (long nsid = after + 1; nsid <= state.namespaces.size(); nsid++) {
            LittleEndian.put32(page, at, (int) nsid);
            at += 4;
        }
        return StatusCode.SUCCESS;
    }

    /** NIDT, NIDL, two reserved bytes, then the identifier (5.17.2.3). */
    private int descriptors(long nsid, byte[] page) {
        int status = exists(nsid);
        if (StatusCode.success(status)) {
            page[0] = 1;
            page[1] = 8;
            LittleEndian.put64(page, 4, Long.reverseBytes(eui64(nsid)));
            if (state.profile.vs() >= VERSION_2_0) {
                page[12] = 4;
                page[13] = 1;
            }
        }
        return status;
    }

    private int commandSets(byte[] page) {
        LittleEndian.put64(page, 0, 1);
        return StatusCode.SUCCESS;
    }

    /** NSTAT bit 0 (byte 14): the namespace is ready. */
    private int independent(long nsid, byte[] page) {
        page[14] = 1;
        return exists(nsid);
    }

    private int exists(long nsid) {
        return state.namespace(nsid) == null
                ? StatusCode.INVALID_NAMESPACE_OR_FORMAT
                : StatusCode.SUCCESS;
    }

    private long eui64(long nsid) {
        long serial = state.profile.serial().hashCode() & 0xFFFF_FFL;
        return (long) state.profile.vendorId() << 40 | serial << 16 | nsid;
    }
}
