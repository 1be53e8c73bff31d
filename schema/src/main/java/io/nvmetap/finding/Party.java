package io.nvmetap.finding;

/** Who owes the next step or broke the rule. Order is that of the schema. */
public enum Party {
    /** Cannot be told. */
    UNKNOWN,
    /** Firmware or operating system. */
    GUEST,
    /** The mediation driver. */
    MEDIATOR,
    /** The NVMe controller. */
    CONTROLLER
}
