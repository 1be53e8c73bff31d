package io.nvmetap.broker;

import java.nio.file.Path;
import java.util.Properties;

/** Kafka settings of the local broker: one node, loopback only, quick to come back. */
final class BrokerSettings {
    /** Largest message, bytes: an event with its largest payload is half of it. */
    static final int MESSAGE_BYTES_MAX = 2 << 20;

    static final int NODE_ID = 1;

    private BrokerSettings() {}

    static Properties of(Path data, int port, int controllerPort) {
        Properties p = new Properties();
        p.setProperty("nvmetap.port", Integer.toString(port));
        p.setProperty("nvmetap.controllerPort", Integer.toString(controllerPort));
        p.setProperty("process.roles", "broker,controller");
        p.setProperty("node.id", Integer.toString(NODE_ID));
        String controller = BrokerFolder.HOST + ":" + controllerPort;
        String broker = "PLAINTEXT://" + BrokerFolder.HOST + ":" + port;
        p.setProperty("controller.quorum.voters", NODE_ID + "@" + controller);
        p.setProperty("listeners", broker + ",CONTROLLER://" + controller);
        p.setProperty("advertised.listeners", broker);
        p.setProperty("listener.security.protocol.map", "CONTROLLER:PLAINTEXT,PLAINTEXT:PLAINTEXT");
        p.setProperty("controller.listener.names", "CONTROLLER");
        p.setProperty("inter.broker.listener.name", "PLAINTEXT");
        p.setProperty("log.dirs", data.toString());
        p.setProperty("auto.create.topics.enable", "false");
        p.setProperty("message.max.bytes", Integer.toString(MESSAGE_BYTES_MAX));
        // Short, so that a broker that was killed is let in again in seconds; and without a
        // controlled shutdown each restart would wait out the old session.
        p.setProperty("broker.session.timeout.ms", "1500");
        p.setProperty("broker.heartbeat.interval.ms", "200");
        p.setProperty("controlled.shutdown.enable", "true");
        p.setProperty("group.initial.rebalance.delay.ms", "0");
        oneReplica(p);
        return p;
    }

    private static void oneReplica(Properties p) {
        for (String topic :
                new String[] {
                    "offsets.topic", "transaction.state.log", "share.coordinator.state.topic"
                }) {
            p.setProperty(topic + ".replication.factor", "1");
            p.setProperty(topic + ".num.partitions", "2");
        }
        p.setProperty("transaction.state.log.min.isr", "1");
        p.setProperty("share.coordinator.state.topic.min.isr", "1");
    }
}
