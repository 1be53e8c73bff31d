package io.nvmetap.rig;

/** Programs of the rig besides QEMU. */
public enum RigTool {
    /** Makes ext4. */
    MKE2FS("usr/sbin/mke2fs"),
    /** Checks ext4. */
    E2FSCK("usr/sbin/e2fsck"),
    /** Reads files out of ext4. */
    DEBUGFS("usr/sbin/debugfs"),
    /** Makes FAT. */
    MKFS_FAT("usr/sbin/mkfs.fat"),
    /** Copies files into FAT. */
    MCOPY("usr/bin/mcopy"),
    /** Makes folders in FAT. */
    MMD("usr/bin/mmd");

    private final String path;

    RigTool(String path) {
        this.path = path;
    }

    /**
     * @return where it is in the tree
     */
    String path() {
        return path;
    }

    /**
     * @return its name as people type it
     */
    public String program() {
        return path.substring(path.lastIndexOf('/') + 1);
    }
}
