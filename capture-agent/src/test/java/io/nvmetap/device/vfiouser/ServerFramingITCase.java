package io.nvmetap.device.vfiouser;

import static org.assertj.core.api.Assertions.assertThat;

import io.nvmetap.nvme.LittleEndian;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(60)
class ServerFramingITCase {
    private static final int READ = VfioUser.COMMAND_REGION_READ;
    private static final int PAGE = 4096;

    @TempDir Path folder;
    private long openBefore;
    private int numbersBefore;
    private ServerRig rig;
    private RawPeer peer;

    @BeforeEach
    void start() throws IOException {
        Descriptors.warmUp(folder);
        openBefore = Descriptor.open();
        numbersBefore = Descriptors.ofProcess();
        rig = new ServerRig(folder);
        peer = RawPeer.negotiated(rig.path());
    }

    @AfterEach
    void end() throws IOException {
        peer.close();
        assertThat(rig.servesAClient()).as("the next client is served").isTrue();
        rig.close();
        assertThat(Descriptor.open()).as("descriptors left open").isEqualTo(openBefore);
        Descriptors.expectNumbers(numbersBefore);
    }

    private void expectRead(int offset) throws IOException {
        Message reply = peer.receive();
        assertThat(reply.command()).isEqualTo(READ);
        assertThat(LittleEndian.i32(reply.body(), 16)).isEqualTo(offset);
    }

    @Test
    void shouldPutAMessageTogetherFromSingleBytes() throws IOException {
        byte[] message = RawPeer.message(9, READ, 0, 0, Bodies.access(0, 0x1C, 4));
        for (int i = 0; i < message.length; i++) {
            peer.raw(message, i, 1);
        }
        expectRead(0x1C);
    }

    @Test
    void shouldPutAMessageTogetherFromAnyTwoPieces() throws IOException {
        byte[] message = RawPeer.message(9, READ, 0, 0, Bodies.access(0, 0x20, 4));
        for (int cut = 1; cut < message.length; cut++) {
            peer.raw(message, 0, cut);
            peer.raw(message, cut, message.length - cut);
            expectRead(0x20);
        }
    }

    @Test
    void shouldTakeManyMessagesFromOneWriteInOrder() throws IOException {
        byte[] one = RawPeer.message(0, READ, 0, 0, Bodies.access(0, 0, 4));
        byte[] all = new byte[one.length * 50];
        for (int i = 0; i < 50; i++) {
            System.arraycopy(
                    RawPeer.message(i, READ, 0, 0, Bodies.access(0, 4L * i, 4)),
                    0,
                    all,
                    i * one.length,
                    one.length);
        }
        peer.raw(all);
        for (int i = 0; i < 50; i++) {
            Message reply = peer.receive();
            assertThat(reply.id()).isEqualTo(i);
            assertThat(LittleEndian.i32(reply.body(), 16)).isEqualTo(4 * i);
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 15, VfioUser.MESSAGE_BYTES_MAX + 1, Integer.MAX_VALUE, -1, 1 << 31})
    void shouldEndAConnectionThatAnnouncesAnImpossibleSize(int size) throws IOException {
        byte[] message = RawPeer.message(9, READ, 0, 0, Bodies.access(0, 0, 4));
        LittleEndian.put32(message, 4, size);
        peer.raw(message);
        assertThat(peer.isHungUp()).isTrue();
        assertThat(rig.isFree()).isTrue();
        assertThat(Descriptors.eventually(() -> rig.log.size() == 1)).isTrue();
        assertThat(rig.log.get(0)).contains("announced a message of");
    }

    @Test
    void shouldTakeTheLargestMessage() throws IOException {
        byte[] body = new byte[VfioUser.MESSAGE_BYTES_MAX - 16];
        peer.raw(RawPeer.message(9, VfioUser.COMMAND_DEVICE_RESET, 0, 0, body));
        assertThat(peer.receive().error()).isEqualTo(VfioUser.EINVAL);
        byte[] data = new byte[8192];
        Arrays.fill(data, (byte) 7);
        assertThat(peer.ask(VfioUser.COMMAND_REGION_WRITE, Bodies.write(0, 0x1000, data)).error())
                .isZero();
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 8, 15, 16, 17, 31})
    void shouldSurviveAClientThatLeavesInTheMiddleOfAMessage(int sent) throws IOException {
        Descriptor file = Descriptors.file(PAGE);
        peer.ask(VfioUser.COMMAND_DMA_MAP, Bodies.map(0, PAGE, 3, 0), file);
        byte[] message = RawPeer.message(9, READ, 0, 0, Bodies.access(0, 0, 4));
        peer.raw(message, 0, sent, file);
        file.close();
        peer.close();
        assertThat(rig.isFree()).isTrue();
        assertThat(Descriptors.eventually(() -> rig.log.size() == 1)).isTrue();
        assertThat(rig.log.get(0)).contains("left in the middle of a message");
    }

    @ParameterizedTest
    @ValueSource(ints = {9, 16, 200, 252, 253})
    void shouldEndAConnectionThatSendsTooManyDescriptors(int count) throws IOException {
        Descriptor file = Descriptors.file(PAGE);
        Descriptor[] many = new Descriptor[count];
        Arrays.fill(many, file);
        peer.send(VfioUser.COMMAND_DMA_MAP, Bodies.map(0, PAGE, 3, 0), many);
        file.close();
        assertThat(peer.isHungUp()).isTrue();
        assertThat(rig.isFree()).isTrue();
        assertThat(Descriptors.eventually(() -> rig.log.size() == 1)).isTrue();
    }

    @Test
    void shouldRefuseEightDescriptorsWhereOneIsWantedAndGoOn() throws IOException {
        Descriptor file = Descriptors.file(PAGE);
        Descriptor[] eight = new Descriptor[8];
        Arrays.fill(eight, file);
        Message reply = peer.ask(VfioUser.COMMAND_DMA_MAP, Bodies.map(0, PAGE, 3, 0), eight);
        assertThat(reply.error()).isEqualTo(VfioUser.EINVAL);
        byte[] eightVectors = Bodies.irqs(0x24, 2, 0, 8);
        Descriptor event = Descriptors.event();
        Arrays.fill(eight, event);
        assertThat(peer.ask(VfioUser.COMMAND_DEVICE_SET_IRQS, eightVectors, eight).error())
                .isZero();
        file.close();
        event.close();
    }

    @Test
    void shouldTakeADescriptorWithAnyPartOfItsMessage() throws IOException {
        Descriptor file = Descriptors.file(8 * PAGE);
        int cut = 0;
        for (int at : new int[] {1, 10, 16, 20, 40}) {
            byte[] body = Bodies.map((long) cut * PAGE, PAGE, 3, (long) cut * PAGE);
            byte[] message = RawPeer.message(9, VfioUser.COMMAND_DMA_MAP, 0, 0, body);
            peer.raw(message, 0, at);
            peer.raw(message, at, message.length - at, file);
            assertThat(peer.receive().error()).isZero();
            rig.server.memory().writeInt((long) cut * PAGE, 77);
            cut++;
        }
        file.close();
        assertThat(rig.server.memory().size()).isEqualTo(5);
    }

    @Test
    void shouldGiveEachOfTwoPipelinedMessagesItsOwnDescriptor() throws IOException {
        Descriptor a = Descriptors.file(PAGE);
        Descriptor b = Descriptors.file(2 * PAGE);
        peer.send(VfioUser.COMMAND_DMA_MAP, Bodies.map(0, PAGE, 3, 0), a);
        peer.send(READ, Bodies.access(0, 4, 4));
        peer.send(VfioUser.COMMAND_DMA_MAP, Bodies.map(PAGE, PAGE, 3, PAGE), b);
        a.close();
        b.close();
        assertThat(peer.receive().error()).isZero();
        expectRead(4);
        assertThat(peer.receive().error()).as("second map fits its own file").isZero();
    }

    @Test
    void shouldEndAConnectionThatAnswersWhatNobodyAsked() throws IOException {
        peer.raw(
                RawPeer.message(
                        77, VfioUser.COMMAND_DMA_READ, VfioUser.FLAG_REPLY, 0, Bodies.NONE));
        assertThat(peer.isHungUp()).isTrue();
        assertThat(Descriptors.eventually(() -> rig.log.size() == 1)).isTrue();
        assertThat(rig.log.get(0)).contains("answered what nobody asked");
    }

    @Test
    void shouldAnswerErrorsWithAHeaderAlone() throws IOException {
        Message reply = peer.ask(READ, Bodies.access(0, -1, 4));
        assertThat(reply.flags()).isEqualTo(VfioUser.FLAG_REPLY | VfioUser.FLAG_ERROR);
        assertThat(reply.error()).isEqualTo(VfioUser.EINVAL);
        assertThat(reply.body()).isEmpty();
    }

    @Test
    void shouldSayNothingToPostedCommandsGoodOrBad() throws IOException {
        peer.post(VfioUser.COMMAND_REGION_WRITE, Bodies.write32(0, 0x1000, 1));
        peer.post(VfioUser.COMMAND_REGION_WRITE, Bodies.write32(0, -1, 1));
        peer.post(99, Bodies.NONE);
        peer.post(READ, Bodies.access(0, 0, 4));
        peer.send(READ, Bodies.access(0, 0x24, 4));
        expectRead(0x24);
        assertThat(rig.controller.calls).containsSubsequence("write 1000/4=1", "read 0/4");
        assertThat(peer.isSilent(50)).isTrue();
    }
}
