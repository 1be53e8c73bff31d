package io.nvmetap.importer;

import java.util.Map;

/** What Linux calls the opcodes in its {@code nvme} tracepoints, 5.10 to 6.12. */
final class KernelOpcodes {
    private static final Map<String, Integer> BY_NAME =
            Map.ofEntries(
                    Map.entry("nvme_admin_delete_sq", 0x00),
                    Map.entry("nvme_admin_create_sq", 0x01),
                    Map.entry("nvme_admin_get_log_page", 0x02),
                    Map.entry("nvme_admin_delete_cq", 0x04),
                    Map.entry("nvme_admin_create_cq", 0x05),
                    Map.entry("nvme_admin_identify", 0x06),
                    Map.entry("nvme_admin_abort_cmd", 0x08),
                    Map.entry("nvme_admin_set_features", 0x09),
                    Map.entry("nvme_admin_get_features", 0x0A),
                    Map.entry("nvme_admin_async_event", 0x0C),
                    Map.entry("nvme_admin_ns_mgmt", 0x0D),
                    Map.entry("nvme_admin_activate_fw", 0x10),
                    Map.entry("nvme_admin_download_fw", 0x11),
                    Map.entry("nvme_admin_dev_self_test", 0x14),
                    Map.entry("nvme_admin_ns_attach", 0x15),
                    Map.entry("nvme_admin_keep_alive", 0x18),
                    Map.entry("nvme_admin_directive_send", 0x19),
                    Map.entry("nvme_admin_directive_recv", 0x1A),
                    Map.entry("nvme_admin_virtual_mgmt", 0x1C),
                    Map.entry("nvme_admin_nvme_mi_send", 0x1D),
                    Map.entry("nvme_admin_nvme_mi_recv", 0x1E),
                    Map.entry("nvme_admin_dbbuf", 0x7C),
                    Map.entry("nvme_admin_format_nvm", 0x80),
                    Map.entry("nvme_admin_security_send", 0x81),
                    Map.entry("nvme_admin_security_recv", 0x82),
                    Map.entry("nvme_admin_sanitize_nvm", 0x84),
                    Map.entry("nvme_admin_get_lba_status", 0x86),
                    Map.entry("nvme_cmd_flush", 0x00),
                    Map.entry("nvme_cmd_write", 0x01),
                    Map.entry("nvme_cmd_read", 0x02),
                    Map.entry("nvme_cmd_write_uncor", 0x04),
                    Map.entry("nvme_cmd_compare", 0x05),
                    Map.entry("nvme_cmd_write_zeroes", 0x08),
                    Map.entry("nvme_cmd_dsm", 0x09),
                    Map.entry("nvme_cmd_verify", 0x0C),
                    Map.entry("nvme_cmd_resv_register", 0x0D),
                    Map.entry("nvme_cmd_resv_report", 0x0E),
                    Map.entry("nvme_cmd_resv_acquire", 0x11),
                    Map.entry("nvme_cmd_io_mgmt_recv", 0x12),
                    Map.entry("nvme_cmd_resv_release", 0x15),
                    Map.entry("nvme_cmd_copy", 0x19),
                    Map.entry("nvme_cmd_zone_mgmt_send", 0x79),
                    Map.entry("nvme_cmd_zone_mgmt_recv", 0x7A),
                    Map.entry("nvme_cmd_zone_append", 0x7D));

    private KernelOpcodes() {}

    /**
     * @param name as printed; a number where the kernel has no name for it
     * @return opcode, -1 if it is not known
     */
    static int opcode(String name) {
        Integer known = BY_NAME.get(name);
        if (known != null) {
            return known;
        }
        long number = FtraceLine.number(name);
        return number >= 0 && number <= 0xFF ? (int) number : -1;
    }
}
