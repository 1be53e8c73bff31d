package io.nvmetap.mediator;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

class DriverSpecTest {
    @Test
    void shouldParseTheReferenceAndItsFaults() {
        assertThat(DriverSpec.parse("reference").faults()).isEmpty();
        DriverSpec spec =
                DriverSpec.parse("reference:fault=torn-cqe-copyback,sq-tail-out-of-range");
        assertThat(spec.faults())
                .containsExactlyInAnyOrder(
                        MediatorFault.TORN_CQE_COPYBACK, MediatorFault.SQ_TAIL_OUT_OF_RANGE);
        assertThat(DriverSpec.parse(spec.toString())).isEqualTo(spec);
        assertThat(spec.config().build().faults()).isEqualTo(spec.faults());
    }

    @Test
    void shouldSayWhichFaultsThereAre() {
        assertThatThrownBy(() -> DriverSpec.parse("reference:fault=x"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageStartingWith("unknown fault 'x'; known: torn-cqe-copyback, ");
        assertThatThrownBy(() -> DriverSpec.parse("reference:fault="))
                .hasMessageStartingWith("unknown fault ''; known: ");
    }

    @Test
    void shouldSayWhatItKnows() {
        for (String kind : new String[] {"referenc", "exec:./a"}) {
            assertThatThrownBy(() -> DriverSpec.parse(kind))
                    .hasMessage(
                            "unknown driver '"
                                    + kind
                                    + "'; use reference or reference:fault=ID[,ID]");
        }
    }

    @Test
    void shouldDescribeEveryFaultInOneLine() {
        for (MediatorFault fault : MediatorFault.values()) {
            assertThat(MediatorFault.byId(fault.id())).isEqualTo(fault);
            assertThat(fault.id()).matches("[a-z0-9]+(-[a-z0-9]+)+");
            assertThat(fault.description()).isNotBlank().doesNotContain("\n");
        }
    }

    @Test
    void shouldKnowTheFamilies() {
        assertThat(MediatorProfile.forController(0x106B, 0x2005).sharedTags()).isTrue();
        assertThat(MediatorProfile.forController(0x106B, 0x2001).ackAtOnce()).isTrue();
        assertThat(MediatorProfile.forController(0x1179, 0x0115).skipReadyWait()).isTrue();
        assertThat(MediatorProfile.forController(0x1B36, 0x0010))
                .isEqualTo(MediatorProfile.GENERIC);
        assertThatThrownBy(() -> MediatorProfile.forController("nec"))
                .hasMessageContaining("generic, toshiba");
    }
}
