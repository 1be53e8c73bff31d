package io.nvmetap.mediator;

import static org.assertj.core.api.Assertions.assertThat;

import io.nvmetap.event.CapturedEvent;
import io.nvmetap.event.EventKind;
import io.nvmetap.event.PayloadPolicy;
import io.nvmetap.nvme.IdentifyCns;
import io.nvmetap.nvme.IdentifyController;
import io.nvmetap.nvme.Opcodes;
import io.nvmetap.nvme.SerialHash;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What leaves the tap of data, by policy. */
class PayloadPolicyTest {
    private static TestGuest guest(PayloadPolicy policy) {
        TestGuest guest =
                new TestGuest(MediatorConfig.builder().initSequence(false).payload(policy).build());
        guest.bootLike(1, 16);
        return guest;
    }

    @ParameterizedTest
    @EnumSource(PayloadPolicy.class)
    void shouldKeepOfAReadWhatThePolicySays(PayloadPolicy policy) {
        TestGuest guest = guest(policy);
        guest.identify(IdentifyCns.NAMESPACE, 1);
        guest.tap.clear();
        guest.run(1, guest.io(Opcodes.IO_READ, 0, 1, guest.page()));
        List<CapturedEvent> data = guest.tap.of(EventKind.PAYLOAD);
        boolean any = policy == PayloadPolicy.DIGEST || policy == PayloadPolicy.ALL;
        assertThat(data).hasSize(any ? 1 : 0);
        for (CapturedEvent e : data) {
            assertThat(e.content).hasSize(policy == PayloadPolicy.ALL ? 512 : 0);
            assertThat(e.digest).hasSize(policy == PayloadPolicy.ALL ? 0 : 32);
        }
    }

    @ParameterizedTest
    @EnumSource(PayloadPolicy.class)
    void shouldKeepTheSerialNumberOnlyWhereAllWasAskedFor(PayloadPolicy policy) {
        TestGuest guest = guest(policy);
        guest.tap.clear();
        String serial = new IdentifyController(guest.identify(IdentifyCns.CONTROLLER, 0)).sn();
        assertThat(serial).isNotBlank();
        List<String> kept =
                guest.tap.of(EventKind.PAYLOAD).stream()
                        .map(e -> new String(e.content, StandardCharsets.ISO_8859_1))
                        .toList();
        assertThat(kept.isEmpty()).isEqualTo(policy == PayloadPolicy.NONE);
        boolean plain = policy == PayloadPolicy.ALL;
        assertThat(kept).allMatch(text -> text.contains(serial) == plain);
        assertThat(kept).allMatch(text -> text.contains(SerialHash.of(serial)) != plain);
    }

    @Test
    void shouldShowTheGuestTheSerialNumberItself() {
        String shown =
                new IdentifyController(
                                guest(PayloadPolicy.ADMIN).identify(IdentifyCns.CONTROLLER, 0))
                        .sn();
        assertThat(shown)
                .isEqualTo(
                        new IdentifyController(
                                        guest(PayloadPolicy.NONE)
                                                .identify(IdentifyCns.CONTROLLER, 0))
                                .sn())
                .doesNotMatch("[0-9a-f]{" + SerialHash.DIGITS + "}");
    }
}
