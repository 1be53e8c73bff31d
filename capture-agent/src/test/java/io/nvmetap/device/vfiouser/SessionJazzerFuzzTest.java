package io.nvmetap.device.vfiouser;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.api.FuzzedDataProvider;
import com.code_intelligence.jazzer.junit.FuzzTest;
import java.util.ArrayList;
import java.util.List;

/**
 * Any sequence of messages to a session, led by coverage: {@code JAZZER_FUZZ=1} searches, otherwise
 * the kept inputs run once.
 */
class SessionJazzerFuzzTest {
    private static final int MESSAGES_MAX = 64;
    private static final int BODY_BYTES_MAX = 256;

    @FuzzTest(maxDuration = "60s")
    void shouldAnswerAnySequenceOfMessages(FuzzedDataProvider data) {
        long openBefore = Descriptor.open();
        SessionRig rig = data.consumeBoolean() ? SessionRig.negotiated() : new SessionRig();
        for (int i = 0; i < MESSAGES_MAX && data.remainingBytes() > 0; i++) {
            int command = data.consumeInt(0, 17);
            int flags = data.consumeBoolean() ? 0 : VfioUser.FLAG_NO_REPLY;
            List<Descriptor> with = descriptors(data);
            byte[] body = data.consumeBytes(data.consumeInt(0, BODY_BYTES_MAX));
            Message reply = rig.session.handle(new Message(i, command, flags, 0, body, with));
            assertThat(reply.isReply()).isTrue();
            assertThat(reply.id()).isEqualTo(i);
            assertThat(reply.isError()).isEqualTo(reply.error() != 0);
        }
        rig.close();
        assertThat(rig.memory.size()).isZero();
        assertThat(Descriptor.open()).isEqualTo(openBefore);
    }

    private static List<Descriptor> descriptors(FuzzedDataProvider data) {
        List<Descriptor> with = new ArrayList<>();
        int count = data.consumeInt(0, 3);
        for (int i = 0; i < count; i++) {
            with.add(data.consumeBoolean() ? Descriptors.event() : Descriptors.file(8192));
        }
        return with;
    }
}
