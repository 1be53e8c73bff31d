package io.nvmetap.importer;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class EnableSignsTest {
    @Test
    void shouldJudgeAnEnableByItsFirstAdminCommandOnly() {
        EnableSigns signs = new EnableSigns();
        signs.enabled(0x10001, 0x460001);
        signs.adminCommand(6);
        signs.prp1(0x1018);
        signs.adminCommand(9);
        signs.prp1(0x2000);
        signs.enabled(0x10001, 0x460001);
        signs.close();

        assertThat(signs.drivers()).containsExactly("EDK2", "unknown");
    }

    @Test
    void shouldNotRememberMoreEnablesThanItsBound() {
        EnableSigns signs = new EnableSigns();
        for (int i = 0; i < EnableSigns.ENABLES_MAX + 10; i++) {
            signs.enabled(0x1f001f, 0x460061);
        }

        assertThat(signs.drivers()).hasSize(EnableSigns.ENABLES_MAX);
    }
}
