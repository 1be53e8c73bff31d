package io.nvmetap.device.vfiouser;

import com.sun.jna.LastErrorException;
import com.sun.jna.Native;
import com.sun.jna.NativeLong;
import java.io.IOException;
import java.nio.file.Path;

/** System calls only tests make. */
final class TestLinux {
    private static final int O_NONBLOCK = 0x800;

    static {
        Native.register(TestLinux.class, "c");
    }

    private TestLinux() {}

    private static native int ftruncate(int fd, NativeLong bytes) throws LastErrorException;

    private static native int pipe(int[] ends) throws LastErrorException;

    private static native int mkfifo(String path, int mode) throws LastErrorException;

    private static native int open(String path, int flags) throws LastErrorException;

    static native int dup(int fd) throws LastErrorException;

    static void truncate(Descriptor file, long bytes) {
        ftruncate(file.number(), new NativeLong(bytes));
    }

    /** Its reading end, with nobody to write. */
    static Descriptor namedPipe(Path path) throws IOException {
        mkfifo(path.toString(), 0600);
        return Descriptor.ofNumber(open(path.toString(), O_NONBLOCK));
    }

    /** Reading end, writing end. */
    static Descriptor[] pipe() throws IOException {
        int[] ends = new int[2];
        pipe(ends);
        return new Descriptor[] {Descriptor.ofNumber(ends[0]), Descriptor.ofNumber(ends[1])};
    }
}
