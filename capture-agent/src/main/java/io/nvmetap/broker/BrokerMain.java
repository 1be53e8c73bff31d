package io.nvmetap.broker;

import java.io.FileInputStream;
import java.io.InputStream;
import java.util.Properties;
import org.apache.kafka.metadata.storage.Formatter;
import org.apache.kafka.server.common.MetadataVersion;

/** The broker's own process: formats its folder once, then serves until it is told to stop. */
public final class BrokerMain {
    private static final String CLUSTER_ID = "bnZtZXRhcC1sb2NhbC0wMQ";

    private BrokerMain() {}

    /**
     * @param args path of the settings file
     */
    public static void main(String[] args) throws Exception {
        Properties settings = new Properties();
        try (InputStream in = new FileInputStream(args[0])) {
            settings.load(in);
        }
        String data = settings.getProperty("log.dirs");
        new Formatter()
                .setNodeId(1)
                .setClusterId(CLUSTER_ID)
                .addDirectory(data)
                .setMetadataLogDirectory(data)
                .setControllerListenerName("CONTROLLER")
                .setReleaseVersion(MetadataVersion.latestProduction())
                .setIgnoreFormatted(true)
                .setPrintStream(System.out)
                .run();
        kafka.Kafka.main(args);
    }
}
