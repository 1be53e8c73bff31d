package io.nvmetap.device.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

class ControllerProfileTest {
    @Test
    void shouldKnowItsFamiliesByName() {
        assertThat(ControllerProfile.names())
                .containsExactlyInAnyOrder(
                        "generic", "toshiba", "samsung", "intel", "apple", "apple-ans2");
        for (String name : ControllerProfile.names()) {
            assertThat(ControllerProfile.byName(name).name()).isEqualTo(name);
        }
    }

    @Test
    void shouldListTheFamiliesWhenAskedForAnother() {
        assertThatThrownBy(() -> ControllerProfile.byName("maxtor"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("maxtor")
                .hasMessageContaining("apple-ans2");
    }

    @Test
    void shouldHaveTheTransferLimitsOfTheFamilies() {
        assertThat(ControllerProfile.byName("toshiba").transferBytesMax())
                .isEqualTo(Long.MAX_VALUE);
        assertThat(ControllerProfile.byName("samsung").transferBytesMax()).isEqualTo(2L << 20);
        assertThat(ControllerProfile.byName("intel").transferBytesMax()).isEqualTo(128L << 10);
        assertThat(ControllerProfile.byName("apple").transferBytesMax()).isEqualTo(1L << 20);
    }

    @Test
    void shouldRefuseProfilesThatCannotBe() {
        ControllerProfile generic = ControllerProfile.byName("generic");
        assertThatThrownBy(() -> generic.withMdts(17)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> ModelKnobs.DEFAULT.withFaultEvery(0))
                .isInstanceOf(IllegalArgumentException.class);
    }
}
