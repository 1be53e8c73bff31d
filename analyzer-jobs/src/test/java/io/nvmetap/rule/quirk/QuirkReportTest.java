package io.nvmetap.rule.quirk;

import static org.assertj.core.api.Assertions.assertThat;

import io.nvmetap.event.EventKind;
import io.nvmetap.event.Owner;
import io.nvmetap.event.Side;
import io.nvmetap.event.Unseen;
import io.nvmetap.nvme.IdentifyController;
import io.nvmetap.nvme.IdentifyNamespace;
import io.nvmetap.nvme.LittleEndian;
import io.nvmetap.nvme.Registers;
import io.nvmetap.nvme.StatusCode;
import io.nvmetap.testkit.Scenario;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

class QuirkReportTest {
    private static final long ONES = 0xFFFF_FFFFL;
    private static final int CFS = 3;
    private static final int VERSION_1_3 = 0x1_0300;

    private static void shows(Scenario s, String quirk, String setting) {
        List<String> lines = s.judged().quirks();
        assertThat(lines).hasSize(2);
        assertThat(lines.get(0)).startsWith(quirk).contains("; events ");
        assertThat(lines.get(1)).startsWith("so drive this controller with: ").endsWith(setting);
    }

    private static void showsNothing(Scenario s) {
        assertThat(s.judged().quirks()).isEmpty();
    }

    private static Scenario ready() {
        return Scenario.mediated().ready();
    }

    private static Scenario tagTwice(Scenario s) {
        s.admin(EventKind.COMMAND_EMITTED, 0x0C, 7, 0, Owner.MEDIATOR).rung(0);
        return s.fetched(1, 7).emitted(1, 7).rung(1);
    }

    @Test
    void shouldSayNothingOfAPlainSession() {
        showsNothing(ready().read(1, 2, 50));
    }

    @Test
    void shouldTellFirmwareThatNeverAsksForQueues() {
        shows(
                Scenario.log().enable().createPair(1, 8),
                "firmware creates I/O queues unasked",
                "all I/O queues allowed without being asked");
    }

    @Test
    void shouldTellSharedTagsFromAControllerThatDiesOfTheFirstTagUsedTwice() {
        Scenario dies = ready().read(1, 2, 50);
        shows(
                tagTwice(dies).us(500_000).reads(Side.DEVICE, Registers.CSTS, 4, CFS),
                "SHARED_TAGS (Linux NVME_QUIRK_SHARED_TAGS, BitVisor CMDID_UNIQUE_254)",
                "one tag space for all queues");
    }

    @Test
    void shouldNotTellSharedTagsFromAControllerThatLivedOn() {
        Scenario lives = tagTwice(ready().read(1, 2, 50)).us(20_000).seen(1, 7).copied(1, 7);
        showsNothing(lives.read(9, 2, 50).reads(Side.DEVICE, Registers.CSTS, 4, CFS));
    }

    @Test
    void shouldNotTellSharedTagsFromSilenceOrAcrossAGap() {
        showsNothing(tagTwice(ready().read(1, 2, 50)).heartbeatAfterMs(1_100));
        Scenario gap = tagTwice(ready().read(1, 2, 50)).lost(2);
        showsNothing(gap.reads(Side.DEVICE, Registers.CSTS, 4, CFS));
    }

    @Test
    void shouldTellSmallIdentifiersFromAControllerThatDiesOfTheFirstLargeOne() {
        Scenario s = ready().read(1, 2, 50).fetched(1, 4097).emitted(1, 4097).rung(1);
        shows(
                s.us(500_000).reads(Side.DEVICE, Registers.CSTS, 4, ONES),
                "SKIP_CID_GEN (Linux NVME_QUIRK_SKIP_CID_GEN",
                "command identifiers up to 253");
    }

    @Test
    void shouldTellNeitherIfBothCameAtOnce() {
        Scenario s = ready().read(1, 2, 50);
        s.admin(EventKind.COMMAND_EMITTED, 0x0C, 300, 0, Owner.MEDIATOR).rung(0);
        s.fetched(1, 300).emitted(1, 300).rung(1).us(500_000);
        showsNothing(s.reads(Side.DEVICE, Registers.CSTS, 4, CFS));
    }

    @Test
    void shouldTellLongEntriesThatCcDoesNotSay() {
        Scenario s = ready();
        for (int cid = 1; cid <= 8; cid++) {
            s.fetched(1, cid).emittedLong(1, cid).seen(1, cid).copied(1, cid);
            s.cq(Side.DEVICE, 1, cid % 8).cq(Side.GUEST, 1, cid % 8);
        }
        shows(s, "128_BYTES_SQES", "I/O entries of 128 bytes whatever CC.IOSQES says");
    }

    @Test
    void shouldTellASingleVector() {
        shows(interrupts(0), "SINGLE_VECTOR", "vector 0 for every queue");
        showsNothing(interrupts(1));
    }

    /** Twenty reads on a queue of vector 1, each with this interrupt. */
    private static Scenario interrupts(int vector) {
        Scenario s = ready().interrupt(0, true);
        for (int i = 1; i <= 20; i++) {
            s.fetched(1, i).emitted(1, i).rung(1).interrupt(vector, true).seen(1, i).copied(1, i);
            s.cq(Side.DEVICE, 1, i % 8).cq(Side.GUEST, 1, i % 8);
        }
        return s;
    }

    @Test
    void shouldTellBrokenMsi() {
        Scenario s = ready().interrupt(1, true);
        s.readsConfig(0x34, 0x50).readsConfig(0x50, 0x0080_7005).readsConfig(0x70, 0x0040_0011);
        s.writesConfig(0x50, 0x0081_7005);
        for (int i = 1; i <= 20; i++) {
            s.read(i, 2, 50);
        }
        shows(s, "BROKEN_MSI", "MSI-X or INTx, no MSI");
    }

    @Test
    void shouldNotTakeMsiForBrokenWhereItIsOffOrNoInterruptIsEverSeen() {
        Scenario off = ready().interrupt(1, true);
        off.readsConfig(0x34, 0x50).readsConfig(0x50, 0x0080_0005);
        Scenario unseen = ready();
        unseen.readsConfig(0x34, 0x50).readsConfig(0x50, 0x0081_0005);
        for (int i = 1; i <= 20; i++) {
            off.read(i, 2, 50);
            unseen.read(i, 2, 50);
        }
        showsNothing(off);
        showsNothing(unseen);
    }

    @Test
    void shouldTellStructuresThatAVersionMustHave() {
        shows(
                version().identifyRefused(2, 0, StatusCode.INVALID_FIELD),
                "IDENTIFY_CNS (Linux NVME_QUIRK_IDENTIFY_CNS, SPDK NVME_QUIRK_IDENTIFY_CNS):"
                        + " version 1.3 has Identify CNS 2",
                "Identify with CNS 0 and 1 only");
        shows(
                version().identifyRefused(3, 1, StatusCode.INVALID_FIELD),
                "NO_NS_DESC_LIST",
                "no Identify with CNS 3");
        shows(
                version().cq(Side.DEVICE, 0, 3).identifyPassedOn(3, 1).heartbeatAfterMs(2_100),
                "NO_NS_DESC_LIST",
                "no Identify with CNS 3");
    }

    @Test
    void shouldNotAskAnOldVersionOrAWrongNamespaceForThem() {
        showsNothing(ready().identifyRefused(3, 1, StatusCode.INVALID_FIELD));
        showsNothing(version().identifyRefused(3, -1, StatusCode.INVALID_FIELD));
        showsNothing(version().identifyRefused(3, 5, StatusCode.INVALID_NAMESPACE_OR_FORMAT));
    }

    private static Scenario version() {
        return ready().reads(Side.DEVICE, Registers.VS, 4, VERSION_1_3);
    }

    @Test
    void shouldTellAPageThatIsAnotherPage() {
        byte[] page = new byte[IdentifyController.SIZE];
        page[77] = 5;
        shows(
                ready().identifies(1, 0, page).identifies(2, 0, page),
                "IDENTIFY_CNS",
                "Identify with CNS 0 and 1 only");
    }

    private static byte[] named(long eui64) {
        byte[] page = new byte[IdentifyNamespace.SIZE];
        LittleEndian.put64(page, IdentifyNamespace.EUI64_OFFSET, eui64);
        return page;
    }

    @Test
    void shouldTellIdentifiersThatAreNone() {
        String trust = "namespace identifiers not to be trusted";
        byte[] constant = named(0x0101_0101_0101_0101L);
        shows(ready().identifies(0, 1, constant), "BOGUS_NID", trust);
        byte[] same = named(0x1234_5678L);
        shows(ready().identifies(0, 1, same).identifies(0, 2, same), "BOGUS_NID", trust);
        Scenario changes = ready().identifies(0, 1, same).identifies(0, 1, named(0x77_0000_0001L));
        shows(changes, "BOGUS_NID", trust);
        showsNothing(ready().identifies(0, 1, same).identifies(0, 1, same));
        showsNothing(ready().identifies(0, 1, named(0)).identifies(0, 2, named(0)));
    }

    @Test
    void shouldTellAControllerThatIsNotReadyToBeAsked() {
        Scenario s = ready().cc(Side.DEVICE, 0).reads(Side.DEVICE, Registers.CSTS, 4, ONES);
        shows(
                s.us(2_500_000).reads(Side.DEVICE, Registers.CSTS, 4, 0),
                "DELAY_BEFORE_CHK_RDY",
                "2 s from CC.EN=0 to the first look at CSTS");
        Scenario reset = ready().cc(Side.DEVICE, 0).machineReset();
        reset.reads(Side.DEVICE, Registers.CSTS, 4, ONES).us(2_500_000);
        showsNothing(reset.reads(Side.DEVICE, Registers.CSTS, 4, 0));
    }

    @Test
    void shouldTellAControllerThatNeverClearsReady() {
        Scenario s = ready().reads(Side.DEVICE, Registers.CAP, 8, 0x0200_00FFL);
        shows(
                s.cc(Side.DEVICE, 0).us(1_100_000).reads(Side.DEVICE, Registers.CSTS, 4, 1),
                "WAIT_AFTER_RESET (BitVisor WAIT_AFTER_RESET)",
                "no waiting for CSTS.RDY=0 after CC.EN=0");
    }

    @Test
    void shouldTellACapabilityThatCannotBe() {
        shows(
                ready().reads(Side.DEVICE, Registers.CAP, 8, 0x0200_0000L),
                "CAP.MQES is 0",
                "queue sizes not taken from CAP.MQES");
    }

    @Test
    void shouldTellOneCommandAtATime() {
        Scenario s = Scenario.mediated();
        for (int enable = 0; enable < 3; enable++) {
            s.ready();
            for (int i = 0; i < 30; i++) {
                s.read(1 + i, 2, 50);
            }
            s.fetched(1, 50).emitted(1, 50).fetched(1, 51).emitted(1, 51).rung(1);
            s.heartbeatAfterMs(1_100).cc(0);
        }
        shows(s, "QDEPTH_ONE", "one command in flight");
    }

    @Test
    void shouldNotTellItIfOneAloneWasSilentToo() {
        Scenario s = Scenario.mediated();
        for (int enable = 0; enable < 4; enable++) {
            s.ready();
            for (int i = 0; i < 30; i++) {
                s.read(1 + i, 2, 50);
            }
            s.fetched(1, 50).emitted(1, 50).rung(1);
            if (enable > 0) {
                s.fetched(1, 51).emitted(1, 51).rung(1);
            }
            s.heartbeatAfterMs(1_100).cc(0);
        }
        showsNothing(s);
    }

    @Test
    void shouldTellWriteZeroesThatIsOfferedAndDoesNotWork() {
        byte[] page = new byte[IdentifyController.SIZE];
        new IdentifyController(page).putOncs(IdentifyController.ONCS_WRITE_ZEROES);
        Scenario refused = ready().identifies(1, 0, page).ranged(8, 5, 0, 8);
        shows(
                refused.refused(1, 5, StatusCode.INTERNAL_ERROR).copied(1, 5),
                "DISABLE_WRITE_ZEROES",
                "no Write Zeroes");
        Scenario silent = ready().identifies(1, 0, page).ranged(8, 5, 0, 8);
        shows(silent.heartbeatAfterMs(1_100), "DISABLE_WRITE_ZEROES", "no Write Zeroes");
        showsNothing(ready().ranged(8, 5, 0, 8).refused(1, 5, StatusCode.INVALID_OPCODE));
    }

    private static Scenario stripes(Scenario s, long crossingUs) {
        for (int i = 0; i < 210; i++) {
            boolean crosses = i % 2 == 0;
            int cid = 1 + i % 100;
            s.ranged(2, cid, crosses ? 240 : 0, 32).us(crosses ? crossingUs : 100);
            s.seen(1, cid).copied(1, cid);
            s.cq(Side.DEVICE, 1, (i + 1) % 8).cq(Side.GUEST, 1, (i + 1) % 8);
        }
        return s;
    }

    @Test
    void shouldTellAStripe() {
        shows(stripes(ready(), 220), "STRIPE_SIZE", "commands split at 128 KiB boundaries");
        showsNothing(stripes(ready(), 130));
        showsNothing(stripes(Scenario.mediatedBlindFor(Unseen.REAL_TIME).ready(), 220));
    }

    @Test
    void shouldTellSleepThatDoesNotEnd() {
        Scenario s = ready().identifiesExit(5_000).letsSleepAfterMs(100).read(1, 2, 50);
        s.heartbeatAfterMs(200).fetched(1, 7).emitted(1, 7).us(300_000);
        List<String> lines = s.reads(Side.DEVICE, Registers.CSTS, 4, ONES).judged().quirks();
        assertThat(lines.get(0)).startsWith("NO_DEEPEST_PS").contains("apst-deep-sleep-hang");
    }

    @Test
    void shouldTellEachQuirkByWordsOfItsOwn() {
        assertThat(Arrays.stream(Quirk.values()).map(Quirk::setting)).doesNotHaveDuplicates();
        assertThat(Arrays.stream(Quirk.values()).map(Quirk::title)).doesNotHaveDuplicates();
    }
}
