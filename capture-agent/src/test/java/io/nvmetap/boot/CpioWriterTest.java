package io.nvmetap.boot;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.zip.GZIPInputStream;
import org.junit.jupiter.api.Test;

class CpioWriterTest {
    @Test
    void everyByteOfASmallArchive() throws IOException {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        try (CpioWriter cpio = new CpioWriter(out)) {
            cpio.directory("dev");
            cpio.characterDevice("dev/console", 5, 1);
            cpio.file("init", 0755, "hello".getBytes(StandardCharsets.US_ASCII));
        }
        String none = "00000000";
        assertThat(out.toString(StandardCharsets.US_ASCII))
                .isEqualTo(
                        // magic inode mode uid gid links time size device(2) rdevice(2) name check
                        ("070701" + "00000001" + "000041ED" + none + none + "00000001" + none)
                                + (none + none + none + none + none + "00000004" + none)
                                + "dev\0\0\0"
                                + ("070701" + "00000002" + "00002180" + none + none + "00000001")
                                + (none + none + none + none + "00000005" + "00000001")
                                + ("0000000C" + none + "dev/console\0\0\0")
                                + ("070701" + "00000003" + "000081ED" + none + none + "00000001")
                                + (none + "00000005" + none + none + none + none)
                                + ("00000005" + none + "init\0\0" + "hello\0\0\0")
                                + ("070701" + none + none + none + none + "00000001" + none + none)
                                + (none + none + none + none + "0000000B" + none)
                                + "TRAILER!!!\0\0\0\0");
    }

    @Test
    void theGuestImageHoldsTheScriptAndIsTheSameEachTime() throws IOException {
        byte[] busybox = {1, 2, 3};
        ByteArrayOutputStream first = new ByteArrayOutputStream();
        ByteArrayOutputStream second = new ByteArrayOutputStream();
        GuestInitramfs.write(busybox, GuestInitramfs.script(), first);
        GuestInitramfs.write(busybox, GuestInitramfs.script(), second);
        assertThat(first.toByteArray()).isEqualTo(second.toByteArray());
        byte[] plain =
                new GZIPInputStream(new ByteArrayInputStream(first.toByteArray())).readAllBytes();
        assertThat(plain.length % 4).isZero();
        assertThat(new String(plain, StandardCharsets.UTF_8))
                .contains("#!/bin/busybox sh", "bin/busybox", "TRAILER!!!");
    }
}
