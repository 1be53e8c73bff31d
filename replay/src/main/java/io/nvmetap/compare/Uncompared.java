package io.nvmetap.compare;

/** What could not be compared, and why. */
public enum Uncompared {
    STATUS("status codes: the source did not see them"),
    DW0("command specific answers (DW0): the source did not see them"),
    GRANTED_QUEUES("the number of queues granted: the driver may grant fewer than the controller"),
    ABORT_RESULT("the result of Abort: the source did not see which command it named"),
    SQHD("SQ head pointers: the source did not see them; their range was checked"),
    SQID("SQ identifiers: the source did not see them; they were checked against the guest"),
    PHASE("phase tags: the source did not see them; they were checked against the queue"),
    PAYLOAD("data received: the source did not capture it"),
    PAYLOAD_OTHER_CONTROLLER("data received: it comes from another controller"),
    INTERRUPTS("interrupts: none was recorded for these completions"),
    INTERRUPTS_MASKED("interrupts: the guest masked them when these completions came"),
    REGISTER_VALUES("register reads: the source did not see the values"),
    REGISTERS_OF_CONTROLLER(
            "register reads: the controller's own were recorded, a driver may show less"),
    STATUS_POLLS("CSTS reads whose recorded value was not final: how soon it changes is free"),
    WHICH_ERROR("which of several errors in one command is reported: it is not laid down"),
    DO_NOT_RETRY("Do Not Retry bits of commands that the driver answered itself"),
    VENDOR_BUFFERS("buffers that vendor commands name outside their PRPs: they are not captured"),
    DRIVERS_COMMANDS("what the driver told its controller: another than the recorded one is there"),
    STORES(
            "how completions were stored, and stores outside the guest's buffers: the driver mapped"
                    + " the memory");

    private final String text;

    Uncompared(String text) {
        this.text = text;
    }

    /** What, a colon, and why. */
    public String text() {
        return text;
    }
}
