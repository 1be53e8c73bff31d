package io.nvmetap.boot;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/** What the guest's check left on its disk, looked at from outside. */
final class KeptFiles {
    private static final int FILES = 4;

    private KeptFiles() {}

    /** The file system is whole, and each kept file has the checksum the guest noted. */
    static void verify(GuestDisk disks, Path image, long ext4)
            throws IOException, NoSuchAlgorithmException {
        assertThat(disks.fsck(image, ext4)).isTrue();
        byte[] sums = disks.read(image, ext4, "/nvmetap/SHA256SUMS");
        String manifest = new String(sums, StandardCharsets.US_ASCII);
        assertThat(manifest.lines()).hasSize(FILES);
        for (String line : manifest.lines().toList()) {
            String[] sumAndName = line.split("\\s+");
            byte[] content = disks.read(image, ext4, "/nvmetap/" + sumAndName[1]);
            byte[] sum = MessageDigest.getInstance("SHA-256").digest(content);
            assertThat(HexFormat.of().formatHex(sum)).isEqualTo(sumAndName[0]);
        }
    }
}
