package io.nvmetap.process;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Properties;

/** Settings and states that several commands read and write. */
public final class PropertiesFile {
    private PropertiesFile() {}

    /** What is in the file, empty if there is none or it is damaged. */
    public static Properties load(Path file) throws IOException {
        Properties p = new Properties();
        try (InputStream in = Files.newInputStream(file)) {
            p.load(in);
        } catch (NoSuchFileException | IllegalArgumentException e) {
            return new Properties();
        }
        return p;
    }

    /** Replaces the file in one step, so that no reader sees half of it. */
    public static void store(Path file, Properties p) throws IOException {
        Path fresh = file.resolveSibling(file.getFileName() + ".new");
        try (OutputStream out = Files.newOutputStream(fresh)) {
            p.store(out, "written by nvmetap");
        }
        Files.move(
                fresh, file, StandardCopyOption.REPLACE_EXISTING, StandardCopyOption.ATOMIC_MOVE);
    }
}
