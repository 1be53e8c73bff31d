package io.nvmetap.rule;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/**
 * The second table of docs/rules/README.md: what each rule rests on and what else looks for it. It
 * names every rule, and every condition that QEMU has a trace event for.
 */
class RuleTableTest {
    private static final String UB = "pci_nvme_ub_";
    private static final String START = "pci_nvme_err_startfail";

    /** hw/nvme/trace-events of QEMU: undefined behaviour of a guest. */
    private static final String UNDEFINED =
            "mmiowr_misaligned32 mmiowr_toosmall mmiowr_intmask_with_msix mmiowr_ro_csts"
                    + " mmiowr_ssreset_w1c_unsupported mmiowr_ssreset_unsupported"
                    + " mmiowr_cmbloc_reserved mmiowr_cmbsz_readonly mmiowr_pmrcap_readonly"
                    + " mmiowr_pmrsts_readonly mmiowr_pmrebs_readonly mmiowr_pmrswtp_readonly"
                    + " mmiowr_invalid mmiord_misaligned32 mmiord_toosmall mmiord_invalid_ofs"
                    + " db_wr_misaligned db_wr_invalid_cq db_wr_invalid_cqhead db_wr_invalid_sq"
                    + " db_wr_invalid_sqtail unknown_css_value too_many_mappings";

    /** The same file: enables that fail. */
    private static final String FAILED_STARTS =
            ",_cq,_sq,_asq_misaligned,_acq_misaligned,_page_too_small,_page_too_large,"
                    + "_cqent_too_small,_cqent_too_large,_sqent_too_small,_sqent_too_large,_css,"
                    + "_asqent_sz_zero,_acqent_sz_zero,_zasl_too_small,_virt_state";

    /** [id](id.md), clause, catalog ids, QEMU events, tnvme tests. */
    private static final Pattern ROW =
            Pattern.compile(
                    "\\| \\[([^]]+)]\\(\\1\\.md\\) \\| ([^|]*) \\| ([^|]*)\\| ([^|]*)\\| ([^|]*)\\|");

    private static List<Matcher> rows() throws IOException {
        List<Matcher> rows = new ArrayList<>();
        for (String line : Files.readAllLines(Path.of("../docs/rules/README.md"))) {
            Matcher row = ROW.matcher(line);
            if (row.matches()) {
                rows.add(row);
            }
        }
        return rows;
    }

    private static List<String> words(String cell) {
        return Arrays.stream(cell.split("[ ,`]+")).filter(w -> !w.isEmpty()).toList();
    }

    static List<String> qemu() {
        return Stream.concat(
                        Arrays.stream(UNDEFINED.split(" ")).map(n -> UB + n),
                        Arrays.stream(FAILED_STARTS.split(",")).map(n -> START + n))
                .sorted()
                .toList();
    }

    @Test
    void shouldHaveARowForEachRuleWithItsClauseAndCatalogIds() throws IOException {
        TreeMap<String, String> wanted = new TreeMap<>();
        for (Rule rule : RuleSet.all()) {
            RuleInfo info = rule.info();
            wanted.put(info.id(), info.clause() + " | " + String.join(" ", info.catalog()));
        }
        TreeMap<String, String> found = new TreeMap<>();
        for (Matcher row : rows()) {
            String said = row.group(2) + " | " + String.join(" ", words(row.group(3)));
            assertThat(found.put(row.group(1), said)).as("second row of a rule").isNull();
        }
        String missing =
                wanted.keySet().stream()
                        .filter(id -> !wanted.get(id).equals(found.get(id)))
                        .map(id -> "| [" + id + "](" + id + ".md) | " + wanted.get(id) + " | | |")
                        .collect(Collectors.joining("\n"));
        assertThat(found).as("write into docs/rules/README.md:\n%s\n", missing).isEqualTo(wanted);
    }

    @Test
    void shouldGiveEachConditionOfQemuToOneRule() throws IOException {
        List<String> named = new ArrayList<>();
        for (Matcher row : rows()) {
            named.addAll(words(row.group(4)));
        }
        named.sort(null);
        assertThat(qemu()).hasSize(39);
        assertThat(named).isEqualTo(qemu());
    }

    @Test
    void shouldNameTestsOfTnvmeByGroupAndCase() throws IOException {
        for (Matcher row : rows()) {
            assertThat(words(row.group(5))).allMatch(t -> t.matches("Grp\\w+/\\w+_r\\d\\w+"));
        }
    }
}
