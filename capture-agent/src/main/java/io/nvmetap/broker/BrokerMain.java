package io.nvmetap.broker;

import io.nvmetap.process.OwnProcess;
import io.nvmetap.process.PropertiesFile;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Instant;
import org.apache.kafka.metadata.storage.Formatter;
import org.apache.kafka.server.common.MetadataVersion;

/** The broker's own process: formats the data folder on first start, then serves until killed. */
public final class BrokerMain {
    /** 16 bytes, base64: the same for all, because the folder must stay readable for ever. */
    private static final String CLUSTER_ID = "bnZtZXRhcC1sb2NhbC0wMQ";

    private BrokerMain() {}

    /**
     * @param args the broker's folder, with the settings written
     */
    public static void main(String[] args) throws Exception {
        BrokerFolder folder = new BrokerFolder(Path.of(args[0]));
        // Held until the process is gone, however it goes.
        FileChannel lockFile =
                FileChannel.open(
                        folder.brokerLock(), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
        FileLock alone = lockFile.tryLock();
        if (alone == null) {
            System.err.println("another broker runs on " + folder.root());
            System.exit(1);
        }
        writePid(folder);
        System.out.println(Instant.now() + " starting on " + folder.root());
        try {
            serve(folder);
        } catch (Exception e) {
            e.printStackTrace();
            System.err.println(Instant.now() + " failed: " + e.getMessage());
            System.exit(1);
        }
    }

    private static void writePid(BrokerFolder folder) throws IOException {
        PropertiesFile.store(folder.pidFile(), OwnProcess.describe(ProcessHandle.current()));
    }

    private static void serve(BrokerFolder folder) throws Exception {
        new Formatter()
                .setNodeId(BrokerSettings.NODE_ID)
                .setClusterId(CLUSTER_ID)
                .addDirectory(folder.data().toString())
                .setMetadataLogDirectory(folder.data().toString())
                .setControllerListenerName("CONTROLLER")
                .setReleaseVersion(MetadataVersion.latestProduction())
                .setIgnoreFormatted(true)
                .setPrintStream(System.out)
                .run();
        // Ends the process with status 1 if it cannot start, and in order on SIGTERM.
        kafka.Kafka.main(new String[] {folder.settings().toString()});
    }
}
