package io.nvmetap.device.vfiouser;

/**
 * Numbers of the vfio-user protocol, version 0.0 as QEMU and libvfio-user speak it ("vfio-user
 * Protocol Specification" in QEMU's documentation). All integers are little-endian on the machines
 * we serve.
 */
public final class VfioUser {
    /** Protocol version we offer and accept: major 0, minor 0. QEMU refuses a server of minor 1. */
    public static final int VERSION_MAJOR = 0;

    public static final int VERSION_MINOR = 0;

    /** Bytes of a message header. */
    public static final int HEADER_BYTES = 16;

    /** Largest data of one region access or DMA message we take and ask for: 1 MiB. */
    public static final int DATA_BYTES_MAX = 1 << 20;

    /** Largest message we take: its header, fixed fields and {@link #DATA_BYTES_MAX}. */
    public static final int MESSAGE_BYTES_MAX = DATA_BYTES_MAX + 4096;

    /** Descriptors with one message, ours and theirs (capability {@code max_msg_fds}). */
    public static final int DESCRIPTORS_MAX = 8;

    public static final int COMMAND_VERSION = 1;
    public static final int COMMAND_DMA_MAP = 2;
    public static final int COMMAND_DMA_UNMAP = 3;
    public static final int COMMAND_DEVICE_GET_INFO = 4;
    public static final int COMMAND_DEVICE_GET_REGION_INFO = 5;
    public static final int COMMAND_DEVICE_GET_REGION_IO_FDS = 6;
    public static final int COMMAND_DEVICE_GET_IRQ_INFO = 7;
    public static final int COMMAND_DEVICE_SET_IRQS = 8;
    public static final int COMMAND_REGION_READ = 9;
    public static final int COMMAND_REGION_WRITE = 10;
    public static final int COMMAND_DMA_READ = 11;
    public static final int COMMAND_DMA_WRITE = 12;
    public static final int COMMAND_DEVICE_RESET = 13;
    public static final int COMMAND_REGION_WRITE_MULTI = 15;

    /** Header flags: type in bits 3:0 (0 command, 1 reply), bit 4 no reply wanted, bit 5 error. */
    public static final int FLAG_TYPE_MASK = 0xF;

    public static final int FLAG_REPLY = 1;
    public static final int FLAG_NO_REPLY = 1 << 4;
    public static final int FLAG_ERROR = 1 << 5;

    /** DMA_MAP flags. */
    public static final int DMA_READABLE = 1;

    public static final int DMA_WRITABLE = 2;

    /** Region indexes of a PCI device (linux/vfio.h). */
    public static final int REGION_BAR0 = 0;

    public static final int REGION_BAR4 = 4;
    public static final int REGION_CONFIG = 7;
    public static final int REGIONS = 9;

    /** Region info flags. */
    public static final int REGION_READABLE = 1;

    public static final int REGION_WRITABLE = 2;
    public static final int REGION_MAPPABLE = 4;
    public static final int REGION_CAPABILITIES = 8;

    /** Interrupt indexes of a PCI device. */
    public static final int IRQ_INTX = 0;

    public static final int IRQ_MSI = 1;
    public static final int IRQ_MSIX = 2;
    public static final int IRQ_ERROR = 3;
    public static final int IRQ_REQUEST = 4;
    public static final int IRQS = 5;

    /** Interrupt info flags. */
    public static final int IRQ_INFO_EVENTFD = 1;

    public static final int IRQ_INFO_MASKABLE = 2;
    public static final int IRQ_INFO_AUTOMASKED = 4;
    public static final int IRQ_INFO_NORESIZE = 8;

    /** SET_IRQS flags: what the data is, and what to do. */
    public static final int IRQ_DATA_NONE = 1;

    public static final int IRQ_DATA_BOOL = 2;
    public static final int IRQ_DATA_EVENTFD = 4;
    public static final int IRQ_ACTION_MASK = 8;
    public static final int IRQ_ACTION_UNMASK = 16;
    public static final int IRQ_ACTION_TRIGGER = 32;

    /** Errors of replies, as Linux numbers them. */
    public static final int EPERM = 1;

    public static final int ENOENT = 2;
    public static final int EIO = 5;
    public static final int ENOMEM = 12;
    public static final int EFAULT = 14;
    public static final int EEXIST = 17;
    public static final int EINVAL = 22;
    public static final int ENOSPC = 28;
    public static final int ENOTSUP = 95;

    private VfioUser() {}
}
