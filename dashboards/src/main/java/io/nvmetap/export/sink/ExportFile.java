package io.nvmetap.export.sink;

import io.nvmetap.cli.CliFailure;
import java.io.BufferedOutputStream;
import java.io.Closeable;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;

/**
 * The file an export goes to. A regular file appears when it is whole: until {@link #keep} all is
 * in a file beside it, which is deleted if it never comes to that. "-" is standard output, and what
 * exists and is no regular file (a pipe, a device) is written to as it is.
 */
public final class ExportFile implements Closeable {
    private static final int BUFFER_BYTES = 1 << 16;

    private final Path target;
    private final Path partial;
    private final OutputStream out;
    private boolean closed;

    private ExportFile(Path target, Path partial, OutputStream out) {
        this.target = target;
        this.partial = partial;
        this.out = new BufferedOutputStream(out, BUFFER_BYTES);
    }

    /**
     * @param target where it is to be; "-" is {@code standardOutput}
     * @param input the trace, which must be another file
     * @throws CliFailure if it cannot be there
     */
    public static ExportFile open(Path target, Path input, OutputStream standardOutput)
            throws IOException {
        if (isStandardOutput(target)) {
            return new ExportFile(target, null, standardOutput);
        }
        check(target, input);
        boolean special = Files.exists(target) && !Files.isRegularFile(target);
        Path partial = special ? null : target.resolveSibling(target.getFileName() + ".partial");
        Path opened = special ? target : partial;
        try {
            return new ExportFile(target, partial, Files.newOutputStream(opened));
        } catch (IOException e) {
            throw CliFailure.environment(
                    target + ": cannot be written (" + reason(e) + "); name another file");
        }
    }

    /**
     * @return whether it is written to standard output
     */
    public static boolean isStandardOutput(Path target) {
        return target.toString().equals("-");
    }

    private static void check(Path target, Path input) throws IOException {
        Path folder = target.toAbsolutePath().getParent();
        if (folder == null || !Files.isDirectory(folder)) {
            throw CliFailure.environment(target + ": its folder does not exist; create it");
        }
        if (Files.isDirectory(target)) {
            throw CliFailure.environment(target + ": is a folder; name a file");
        }
        if (Files.exists(target) && Files.exists(input) && Files.isSameFile(input, target)) {
            throw CliFailure.usage("--out is the trace itself; name another file");
        }
    }

    /**
     * @return where the bytes go
     */
    public OutputStream stream() {
        return out;
    }

    /** Writes all out and lets the file appear. */
    public void keep() throws IOException {
        out.flush();
        close(false);
        if (partial != null) {
            Files.move(partial, target, StandardCopyOption.REPLACE_EXISTING);
        }
    }

    /**
     * @return what to tell people of a failure to write
     */
    public CliFailure failure(IOException e) {
        String name = isStandardOutput(target) ? "standard output" : target.toString();
        return CliFailure.environment(
                name + ": cannot be written (" + reason(e) + "); free space or name another file");
    }

    private static String reason(IOException e) {
        return e instanceof java.nio.file.AccessDeniedException
                ? "permission denied"
                : String.valueOf(e.getMessage());
    }

    @Override
    public void close() throws IOException {
        close(true);
    }

    private void close(boolean delete) throws IOException {
        if (closed) {
            return;
        }
        closed = true;
        try {
            if (!isStandardOutput(target)) {
                out.close();
            }
        } finally {
            if (delete && partial != null) {
                Files.deleteIfExists(partial);
            }
        }
    }
}
