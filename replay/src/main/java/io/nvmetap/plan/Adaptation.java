package io.nvmetap.plan;

/** A place where the replay does not do exactly what was recorded, and says so. */
public enum Adaptation {
    /** The driver hides the capability. */
    DOORBELL_BUFFER_HIDDEN("Doorbell Buffer Config is not driven again: the driver hides it"),
    /** Shadow doorbells become register writes. */
    SHADOW_TO_MMIO("shadow doorbell updates are rung as doorbell writes"),
    /** Same. */
    STALE_DOORBELL("doorbell values already known from the shadow page are left out"),
    /** A command was fetched that no visible doorbell covers. */
    DOORBELL_INFERRED("doorbells are inferred from commands that no seen doorbell covers"),
    /** SGLs are hidden. */
    SGL_TO_PRP("SGL commands are driven with PRPs: the driver hides SGL support"),
    /** Entries the source did not see in full. */
    SQE_BYTES_UNKNOWN("commands are driven with zero in bytes the source did not see"),
    /** Entries never fetched. */
    NEVER_FETCHED("entries were rung but never fetched; what they held is not known"),
    /** The log has no MSI-X table. */
    MSIX_TABLE_INFERRED("MSI-X vectors are unmasked: the source does not see the table"),
    /** The log has no PCI configuration. */
    INTERRUPT_MODE_INFERRED("the interrupt mode is inferred from the interrupts seen"),
    /** A late start. */
    STATE_RESTORED("the live state at the start of the recording is set up first"),
    /** Acknowledgements of what the plan does not have. */
    ACKNOWLEDGED_UNSEEN("acknowledgements cover completions that are not replayed or not seen"),
    /** Commands from before the recording. */
    BEFORE_RECORDING("completions belong to commands from before the recording"),
    /** An Abort without a known target. */
    ABORT_TARGET_UNKNOWN("Abort commands name no command: the source did not see their target"),
    /** PCI configuration accesses. */
    PCI_CONFIG_LEFT_OUT("PCI configuration accesses are not driven again"),
    /** The mediator's own commands. */
    MEDIATOR_COMMANDS("commands the recorded mediator issued for itself are not driven again"),
    /** Too much payload. */
    PAYLOAD_DROPPED("payloads are beyond the bound of a plan and are left out"),
    /** Events of another controller. */
    OTHER_CONTROLLER("events belong to other controllers");

    private final String text;

    Adaptation(String text) {
        this.text = text;
    }

    /** One clause that follows a count. */
    public String text() {
        return text;
    }
}
