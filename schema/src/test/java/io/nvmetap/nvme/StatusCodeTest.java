package io.nvmetap.nvme;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class StatusCodeTest {
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "0x0000 | Successful Completion (0:00h)",
                "0x4002 | Invalid Field in Command, DNR (0:02h)",
                "0x400b | Invalid Namespace or Format, DNR (0:0Bh)",
                "0x4080 | LBA Out of Range, DNR (0:80h)",
                "0x4100 | Completion Queue Invalid, DNR (1:00h)",
                "0x0281 | Unrecovered Read Error (2:81h)",
                "0x0371 | Command Aborted By Host (3:71h)",
                "0x0007 | Command Abort Requested (0:07h)",
                "0x3882 | Namespace Not Ready, CRD 3, More (0:82h)",
                "0x07ab | Vendor Specific (7:ABh)",
                "0x01c5 | Vendor Specific (1:C5h)",
                "0x0400 | Reserved (4:00h)",
                "0x0017 | Reserved (0:17h)",
            })
    void shouldDescribeInOneLine(String status, String text) {
        assertThat(StatusCode.describe(Integer.decode(status))).isEqualTo(text);
    }

    @Test
    void shouldReadTheSameNumberAsFabricsMeansIt() {
        assertThat(StatusCode.of(0x181).name()).isEqualTo("Invalid Protection Information");
        assertThat(StatusCode.ofFabrics(0x181).name()).isEqualTo("Connect Controller Busy");
        assertThat(StatusCode.ofFabrics(0x002).name()).isEqualTo("Invalid Field in Command");
    }

    @Test
    void shouldHoldEveryRowOnceAndAnswerForEveryNumber() {
        List<String[]> rows = BundledTable.rows("status-codes.txt", 4);
        long keys = rows.stream().map(row -> row[0] + ":" + row[1]).distinct().count();
        assertThat(keys).isEqualTo(rows.size());

        long defined = 0;
        for (int status = 0; status <= StatusCode.CODE_MASK; status++) {
            StatusCode code = StatusCode.of(status);
            assertThat(code.sct() << 8 | code.sc()).isEqualTo(status);
            assertThat(code.name()).isNotBlank();
            defined += code.defined() ? 1 : 0;
        }
        long fabrics = rows.stream().filter(row -> row[0].equals("f")).count();
        assertThat(defined).isEqualTo(rows.size() - fabrics);
    }

    @Test
    void shouldCallSuccessWhateverTheRetryBits() {
        assertThat(StatusCode.success(StatusCode.DNR | StatusCode.MORE)).isTrue();
        assertThat(StatusCode.success(StatusCode.COMPLETION_QUEUE_INVALID)).isFalse();
    }

    @Test
    void shouldNameFeaturesLogPagesAndStructures() {
        assertThat(FeatureId.name(FeatureId.NUMBER_OF_QUEUES)).isEqualTo("Number of Queues");
        assertThat(FeatureId.name(0xC7)).isEqualTo("Vendor Specific C7h");
        assertThat(FeatureId.of(0x60).defined()).isFalse();
        assertThat(LogPageId.name(LogPageId.SMART)).isEqualTo("SMART / Health Information");
        assertThat(LogPageId.name(0x6F)).isEqualTo("Reserved 6Fh");
        assertThat(IdentifyCns.name(IdentifyCns.CONTROLLER)).isEqualTo("controller");
        assertThat(IdentifyCns.of(2).clause()).endsWith("Active Namespace ID list");
    }
}
