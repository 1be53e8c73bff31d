package io.nvmetap.importer;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/** Groups of lines as QEMU logs them. */
final class SampleLines {
    static final String RESET = "pci_nvme_pci_reset PCI Function Level Reset";
    static final String OK = " dw0 0x0 dw1 0x0 status 0x0";

    private SampleLines() {}

    static String[] of(Object... parts) {
        List<String> lines = new ArrayList<>();
        for (Object part : parts) {
            if (part instanceof String[] several) {
                Collections.addAll(lines, several);
            } else {
                lines.add((String) part);
            }
        }
        return lines.toArray(String[]::new);
    }

    static String write(long offset, long value) {
        return String.format("pci_nvme_mmio_write addr 0x%x data 0x%x size 4", offset, value);
    }

    static String[] cc(long value) {
        return of(
                write(0x14, value),
                String.format(
                        "pci_nvme_mmio_cfg wrote MMIO, config controller config=0x%x", value));
    }

    /** Admin queues of two entries as EDK2 has them, then CC.EN. */
    static String[] enable() {
        return enable(0x10001, 0x460001);
    }

    static String[] enable(long aqa, long cc) {
        return of(
                write(0x24, aqa),
                String.format("pci_nvme_mmio_aqattr wrote MMIO, admin queue attributes=0x%x", aqa),
                cc(cc),
                "pci_nvme_setfeat_timestamp set feature timestamp = 0x0",
                "pci_nvme_mmio_start_success setting controller enable bit succeeded");
    }

    static String[] disable() {
        return of(cc(0x460000), "pci_nvme_mmio_stopped cleared controller enable bit");
    }

    static String admin(int cid, int opcode) {
        return String.format(
                "pci_nvme_admin_cmd cid %d sqid 0 opc 0x%x opname 'NVME_ADM_CMD_X'", cid, opcode);
    }

    static String io(int cid, int sqid, int opcode) {
        return String.format(
                "pci_nvme_io_cmd cid %d nsid 0x1 sqid %d opc 0x%x opname 'NVME_NVM_CMD_X'",
                cid, sqid, opcode);
    }

    static String done(int cid, int cqid, int status) {
        return String.format(
                "pci_nvme_enqueue_req_completion cid %d cqid %d dw0 0x0 dw1 0x0 status 0x%x",
                cid, cqid, status);
    }

    static String[] createCq(int cid, int cqid, int status) {
        return of(
                admin(cid, 0x05),
                "pci_nvme_create_cq create completion queue, addr=0x3e539000, cqid="
                        + cqid
                        + ", vector=3, qsize=255, qflags=3, ien=1",
                done(cid, 0, status));
    }

    static String[] createSq(int cid, int sqid, int cqid, int status) {
        return of(
                admin(cid, 0x01),
                "pci_nvme_create_sq create submission queue, addr=0x3e538000, sqid="
                        + sqid
                        + ", cqid="
                        + cqid
                        + ", qsize=1, qflags=5",
                done(cid, 0, status));
    }

    static String[] deleteSq(int cid, int sqid) {
        return of(
                admin(cid, 0x00),
                "pci_nvme_del_sq deleting submission queue sqid=" + sqid,
                done(cid, 0, 0));
    }

    static String[] deleteCq(int cid, int cqid) {
        return of(
                admin(cid, 0x04),
                "pci_nvme_del_cq deleted completion queue, cqid=" + cqid,
                done(cid, 0, 0));
    }

    /** Enabled, one queue pair. */
    static String[] running() {
        return of(RESET, enable(), createCq(1, 1, 0), createSq(2, 1, 1, 0));
    }
}
