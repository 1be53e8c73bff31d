package io.nvmetap.boot;

import io.nvmetap.live.LiveSpec;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;

/**
 * One boot.
 *
 * @param live controller, driver and recording
 * @param firmware {@code ovmf}, {@code seabios} or the path of an image
 * @param kernel started by the firmware directly, null for none
 * @param initrd of the kernel, null for none
 * @param append the kernel's command line
 * @param until when it is over
 * @param shell commands typed at the UEFI shell before it is over, in order
 * @param timeout longest time until then
 * @param folder gets the console and QEMU's own log
 */
record BootSpec(
        LiveSpec live,
        String firmware,
        Path kernel,
        Path initrd,
        String append,
        Until until,
        List<String> shell,
        Duration timeout,
        Path folder) {}
