package io.nvmetap.rig;

import java.nio.charset.StandardCharsets;

/**
 * What a tool did.
 *
 * @param tool which
 * @param status its exit status
 * @param output its standard output, at most {@link Rig#OUTPUT_BYTES_MAX}
 * @param errors its standard error, at most {@link Rig#OUTPUT_BYTES_MAX}
 */
public record RigRun(RigTool tool, int status, byte[] output, byte[] errors) {
    /**
     * @return standard error on one line
     */
    public String complaint() {
        String text = new String(errors, StandardCharsets.UTF_8);
        return text.isBlank() ? "it said nothing" : text.strip().replaceAll("\\s*\\R\\s*", "; ");
    }
}
