package io.nvmetap.rule.quirk;

/**
 * What some controller, or some firmware, needs of those who drive it. Names as Linux
 * (NVME_QUIRK_), SPDK and BitVisor have them; they number their bits differently, and changed them.
 */
enum Quirk {
    NUMBER_OF_QUEUES_NEVER_SET(
            "firmware creates I/O queues unasked",
            "",
            "all I/O queues allowed without being asked"),
    SHARED_TAGS(
            "SHARED_TAGS",
            "Linux NVME_QUIRK_SHARED_TAGS, BitVisor CMDID_UNIQUE_254",
            "one tag space for all queues"),
    SKIP_CID_GEN(
            "SKIP_CID_GEN",
            "Linux NVME_QUIRK_SKIP_CID_GEN, BitVisor CMDID_UNIQUE_254",
            "command identifiers up to 253"),
    SQES_128(
            "128_BYTES_SQES",
            "Linux NVME_QUIRK_128_BYTES_SQES, BitVisor IO_CMD_128",
            "I/O entries of 128 bytes whatever CC.IOSQES says"),
    SINGLE_VECTOR("SINGLE_VECTOR", "Linux NVME_QUIRK_SINGLE_VECTOR", "vector 0 for every queue"),
    BROKEN_MSI("BROKEN_MSI", "Linux NVME_QUIRK_BROKEN_MSI", "MSI-X or INTx, no MSI"),
    MSI_READ_INTMS(
            "MSI_READ_INTMS", "BitVisor MSI_READ_INTMS", "INTMS read at each message interrupt"),
    IDENTIFY_CNS(
            "IDENTIFY_CNS",
            "Linux NVME_QUIRK_IDENTIFY_CNS, SPDK NVME_QUIRK_IDENTIFY_CNS",
            "Identify with CNS 0 and 1 only"),
    NO_NS_DESC_LIST(
            "NO_NS_DESC_LIST", "Linux NVME_QUIRK_NO_NS_DESC_LIST", "no Identify with CNS 3"),
    BOGUS_NID("BOGUS_NID", "Linux NVME_QUIRK_BOGUS_NID", "namespace identifiers not to be trusted"),
    DELAY_BEFORE_CHK_RDY(
            "DELAY_BEFORE_CHK_RDY",
            "Linux NVME_QUIRK_DELAY_BEFORE_CHK_RDY, SPDK NVME_QUIRK_DELAY_BEFORE_CHK_RDY",
            "2 s from CC.EN=0 to the first look at CSTS"),
    WAIT_AFTER_RESET(
            "WAIT_AFTER_RESET",
            "BitVisor WAIT_AFTER_RESET",
            "no waiting for CSTS.RDY=0 after CC.EN=0"),
    QDEPTH_ONE("QDEPTH_ONE", "Linux NVME_QUIRK_QDEPTH_ONE", "one command in flight"),
    DISABLE_WRITE_ZEROES(
            "DISABLE_WRITE_ZEROES", "Linux NVME_QUIRK_DISABLE_WRITE_ZEROES", "no Write Zeroes"),
    STRIPE_SIZE(
            "STRIPE_SIZE", "Linux NVME_QUIRK_STRIPE_SIZE", "commands split at 128 KiB boundaries"),
    NO_DEEPEST_PS(
            "NO_DEEPEST_PS",
            "Linux NVME_QUIRK_NO_DEEPEST_PS, or NVME_QUIRK_NO_APST",
            "kept out of its deepest power state"),
    MQES_ZERO(
            "CAP.MQES is 0",
            "Linux and others: queues of 64 entries for Samsung PM1725",
            "queue sizes not taken from CAP.MQES"),
    ACK_AT_ONCE(
            "stops behind unacknowledged completions",
            "no flag of Linux or SPDK",
            "completions acknowledged at once"),
    OWN_BUFFERS(
            "stops at a buffer used twice",
            "no flag of Linux or SPDK",
            "a buffer of its own for each command in flight"),
    PAIRED_DOORBELLS(
            "doorbells of a pair race",
            "no flag; Linux's apple driver has a lock there",
            "one lock for both doorbells of a pair"),
    FLUSH_ALONE(
            "resets on a Flush among others",
            "Linux: queue depth 2 for Apple 2001",
            "a Flush only with nothing else in flight");

    private final String title;
    private final String names;
    private final String setting;

    Quirk(String title, String names, String setting) {
        this.title = title;
        this.names = names;
        this.setting = setting;
    }

    /** Its name, with those who call it what in brackets. */
    String title() {
        return names.isEmpty() ? title : title + " (" + names + ")";
    }

    /** What a mediator does about it. */
    String setting() {
        return setting;
    }
}
