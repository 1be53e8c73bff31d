package io.nvmetap.mediator;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

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
        assertThatThrownBy(() -> DriverSpec.parse("reference:fault=from=1"))
                .hasMessageStartingWith("knobs without a fault; use reference or ");
    }

    @Test
    void shouldTakeKnobs() {
        String text = "reference:fault=lost-deferred-doorbell,from=1,every=3,seed=5";
        DriverSpec spec = DriverSpec.parse(text);
        assertThat(spec).hasToString(text);
        MediatorConfig config = spec.config().build();
        assertThat(config.faultFrom()).isEqualTo(1);
        assertThat(config.faultEvery()).isEqualTo(3);
        assertThat(config.seed()).isEqualTo(5);
        assertThat(DriverSpec.parse("reference:fault=torn-cqe-copyback,from=8"))
                .isEqualTo(DriverSpec.parse("reference:fault=torn-cqe-copyback"));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "from=0 | knob from=0 is not a whole number from 1",
                "every=x | knob every=x is not a whole number from 1",
                "seed=-1 | knob seed=-1 is not a whole number from 0",
                "often=1 | unknown knob 'often'; known: from, every, seed"
            })
    void shouldSayWhatIsWrongWithAKnob(String knob, String sentence) {
        assertThatThrownBy(() -> DriverSpec.parse("reference:fault=torn-cqe-copyback," + knob))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage(sentence);
    }

    @Test
    void shouldSayWhatItKnows() {
        for (String kind : new String[] {"referenc", "exec:./a"}) {
            assertThatThrownBy(() -> DriverSpec.parse(kind))
                    .hasMessage(
                            "unknown driver '"
                                    + kind
                                    + "'; use reference or reference:fault=ID[,ID]"
                                    + "[,from=N][,every=N][,seed=N]");
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
