package io.nvmetap.process;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Properties;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A process that becomes another program and another is the same process all the time. */
@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class OwnProcessITCase {
    private static final int PROCESSES = 40;
    private static final int LOOKS = 200;

    @TempDir private Path folder;

    private Process start() throws IOException {
        Path launcher = folder.resolve("nvmetap");
        if (!Files.exists(launcher)) {
            Files.writeString(launcher, "#!/bin/sh\nexec sh -c 'read line' nvmetap\n");
            assertThat(launcher.toFile().setExecutable(true)).isTrue();
        }
        List<String> command = new ArrayList<>(OwnProcess.ownSession());
        command.add(launcher.toString());
        return new ProcessBuilder(command).start();
    }

    @Test
    void shouldBeFoundWhileItBecomesAnotherProgram() throws Exception {
        Path pidFile = folder.resolve("x.pid");
        for (int i = 0; i < PROCESSES; i++) {
            Process child = start();
            try {
                PropertiesFile.store(pidFile, OwnProcess.describe(child.toHandle()));
                for (int look = 0; look < LOOKS; look++) {
                    assertThat(OwnProcess.find(pidFile, "nvmetap"))
                            .as("process %d, look %d", i, look)
                            .isPresent();
                }
            } finally {
                child.destroyForcibly().waitFor();
            }
            assertThat(OwnProcess.find(pidFile, "nvmetap")).isEmpty();
        }
    }

    @Test
    void shouldNotTakeAnotherProgramForIt() throws Exception {
        Path pidFile = folder.resolve("x.pid");
        Process child = start();
        try {
            PropertiesFile.store(pidFile, OwnProcess.describe(child.toHandle()));
            assertThat(OwnProcess.find(pidFile, "no such mark")).isEmpty();
            Properties later = OwnProcess.describe(child.toHandle());
            long startedMs = Long.parseLong(later.getProperty("startedMs"));
            later.setProperty("startedMs", Long.toString(startedMs - 60_000));
            PropertiesFile.store(pidFile, later);
            assertThat(OwnProcess.find(pidFile, "nvmetap")).isEmpty();
        } finally {
            child.destroyForcibly().waitFor();
        }
    }
}
