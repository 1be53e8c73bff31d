package io.nvmetap.report;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import io.nvmetap.cli.CliFailure;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;
import java.util.TreeSet;

/**
 * What a labelled recording holds.
 *
 * @param trace the recording
 * @param fault id of the planted fault
 * @param owner GUEST, MEDIATOR or CONTROLLER; "" for a healthy run that is nobody's twin
 * @param seed of the run
 * @param faulted false: the same run without it
 * @param alsoTrue what else is true of this run, as "rule OWNER": consequences of the fault, habits
 *     of the guest
 */
record FaultLabel(
        Path trace, String fault, String owner, long seed, boolean faulted, Set<String> alsoTrue) {
    private static final long BYTES_MAX = 64 << 10;

    /** The command that records and judges this run again. */
    String repeat() {
        return "./nvmetap bench faults --fault " + fault + " --seed " + seed + " --seeds 1";
    }

    /**
     * Reads a label file; the recording is beside it, {@code .avro} instead of {@code .json}.
     *
     * @throws IOException if it cannot be read
     * @throws CliFailure if it is no label
     */
    static FaultLabel read(Path file) throws IOException {
        if (Files.size(file) > BYTES_MAX) {
            throw CliFailure.environment(file + ": too large for a label");
        }
        String fault = "";
        String owner = "";
        long seed = 0;
        boolean faulted = true;
        Set<String> alsoTrue = new TreeSet<>();
        try (JsonParser json = new JsonFactory().createParser(Files.readAllBytes(file))) {
            json.nextToken();
            while (json.nextToken() == JsonToken.FIELD_NAME) {
                String name = json.currentName();
                json.nextToken();
                switch (name) {
                    case "fault" -> fault = json.getText();
                    case "seed" -> seed = json.getLongValue();
                    case "owner" -> owner = json.getText();
                    case "faulted" -> faulted = json.getBooleanValue();
                    case "alsoTrue" -> {
                        while (json.nextToken() == JsonToken.VALUE_STRING) {
                            alsoTrue.add(json.getText());
                        }
                    }
                    default -> json.skipChildren();
                }
            }
        } catch (com.fasterxml.jackson.core.JsonProcessingException malformed) {
            throw CliFailure.environment(file + ": no label: " + malformed.getOriginalMessage());
        }
        if (!fault.matches("[a-z0-9.-]+")
                || !owner.matches("GUEST|MEDIATOR|CONTROLLER") && faulted) {
            throw CliFailure.environment(file + ": no label: needs fault and owner");
        }
        String name = file.getFileName().toString();
        Path trace = file.resolveSibling(name.substring(0, name.length() - 5) + ".avro");
        return new FaultLabel(trace, fault, owner, seed, faulted, alsoTrue);
    }
}
