package io.nvmetap.mediator;

import static org.assertj.core.api.Assertions.assertThat;

import io.nvmetap.nvme.IdentifyController;
import org.junit.jupiter.api.Test;

/** Boots through the unfaulted mediator. */
class MediatorBootTest {
    @Test
    void shouldFilterIdentifyControllerForTheGuest() {
        TestGuest guest = new TestGuest(MediatorConfig.builder().mdtsMax(6).build());
        assertThat(guest.enable(2)).isTrue();
        byte[] data = guest.identify(1, 0);
        assertThat(data).isNotNull();
        IdentifyController id = new IdentifyController(data);
        assertThat(id.mdts()).isEqualTo(6);
        assertThat(id.sgls()).isZero();
        assertThat(id.oacs() & IdentifyController.OACS_DOORBELL_BUFFER).isZero();
        guest.tap.kinds().forEach(System.out::println);
    }
}
