package io.nvmetap.testkit;

import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.ScramCredentialInfo;
import org.apache.kafka.clients.admin.ScramMechanism;
import org.apache.kafka.clients.admin.UserScramCredentialUpsertion;
import org.apache.kafka.metadata.storage.Formatter;
import org.apache.kafka.server.common.MetadataVersion;

/** A broker in a process of its own that wants TLS and a name with a password. */
public final class SecureBroker implements AutoCloseable {
    public static final String USER = "nvmetap";
    public static final String PASSWORD = "correct-horse";
    private static final int MESSAGE_BYTES_MAX = 2 << 20;
    private static final String STORE_PASSWORD = "store-pass";
    private static final String PLAIN = "org.apache.kafka.common.security.plain.PlainLoginModule";
    private static final String SCRAM = "org.apache.kafka.common.security.scram.ScramLoginModule";
    private static final String HOST = "127.0.0.1";

    /** Where it wants both, HOST:PORT. */
    public final String secure;

    /** Where it wants neither. */
    public final String inside;

    private final Path trust;
    private final Process process;

    private SecureBroker(String secure, String inside, Path trust, Process process) {
        this.secure = secure;
        this.inside = inside;
        this.trust = trust;
        this.process = process;
    }

    /**
     * Starts it, and makes {@link #USER} known to it.
     *
     * @param folder where it keeps everything
     */
    public static SecureBroker start(Path folder) throws Exception {
        int[] ports = ports();
        Path keys = folder.resolve("keys.p12");
        Path trust = folder.resolve("trust.p12");
        certificate(folder, keys, trust);
        Properties p = settings(folder, ports, keys);
        Path file = folder.resolve("server.properties");
        try (OutputStream out = Files.newOutputStream(file)) {
            p.store(out, null);
        }
        Process process =
                new ProcessBuilder(
                                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                                "-Xmx384m",
                                "-XX:+UseSerialGC",
                                "-cp",
                                System.getProperty("java.class.path"),
                                SecureBroker.class.getName(),
                                file.toString(),
                                p.getProperty("log.dirs"))
                        .redirectErrorStream(true)
                        .redirectOutput(folder.resolve("broker.log").toFile())
                        .start();
        SecureBroker broker =
                new SecureBroker(HOST + ":" + ports[0], HOST + ":" + ports[1], trust, process);
        broker.await(ports[0]);
        broker.addUser();
        return broker;
    }

    private void addUser() throws Exception {
        ScramCredentialInfo info = new ScramCredentialInfo(ScramMechanism.SCRAM_SHA_512, 4_096);
        try (Admin admin = Admin.create(Map.of("bootstrap.servers", inside))) {
            admin.alterUserScramCredentials(
                            List.of(new UserScramCredentialUpsertion(USER, info, PASSWORD)))
                    .all()
                    .get(30, TimeUnit.SECONDS);
        }
    }

    /** The broker's own process. */
    public static void main(String[] args) throws Exception {
        new Formatter()
                .setNodeId(1)
                .setClusterId("bnZtZXRhcC1zZWN1cmUtMQ")
                .addDirectory(args[1])
                .setMetadataLogDirectory(args[1])
                .setControllerListenerName("CONTROLLER")
                .setReleaseVersion(MetadataVersion.latestProduction())
                .setIgnoreFormatted(true)
                .setPrintStream(System.out)
                .run();
        kafka.Kafka.main(new String[] {args[0]});
    }

    private static int[] ports() throws IOException {
        try (ServerSocket a = loopback();
                ServerSocket b = loopback();
                ServerSocket c = loopback()) {
            return new int[] {a.getLocalPort(), b.getLocalPort(), c.getLocalPort()};
        }
    }

    private static ServerSocket loopback() throws IOException {
        return new ServerSocket(0, 1, InetAddress.getByName(HOST));
    }

    private static void certificate(Path folder, Path keys, Path trust) throws Exception {
        Path certificate = folder.resolve("ca.pem");
        keytool(
                "-genkeypair -alias broker -keyalg EC -validity 2 -dname CN=localhost -ext"
                        + " SAN=IP:127.0.0.1 -keystore "
                        + keys);
        keytool("-exportcert -rfc -alias broker -keystore " + keys + " -file " + certificate);
        keytool("-importcert -noprompt -alias ca -file " + certificate + " -keystore " + trust);
    }

    private static void keytool(String arguments) throws Exception {
        String tool = Path.of(System.getProperty("java.home"), "bin", "keytool").toString();
        Process p =
                new ProcessBuilder(
                                (tool
                                                + " "
                                                + arguments
                                                + " -storetype PKCS12 -storepass "
                                                + STORE_PASSWORD)
                                        .split(" "))
                        .redirectErrorStream(true)
                        .start();
        String said = new String(p.getInputStream().readAllBytes());
        if (p.waitFor() != 0) {
            throw new IOException(said);
        }
    }

    private static Properties settings(Path folder, int[] ports, Path keys) {
        Properties p = new Properties();
        p.setProperty("process.roles", "broker,controller");
        p.setProperty("node.id", "1");
        p.setProperty("controller.quorum.voters", "1@" + HOST + ":" + ports[2]);
        String secure = "SASL_SSL://" + HOST + ":" + ports[0];
        String inside = "PLAINTEXT://" + HOST + ":" + ports[1];
        p.setProperty(
                "listeners", secure + "," + inside + ",CONTROLLER://" + HOST + ":" + ports[2]);
        p.setProperty("advertised.listeners", secure + "," + inside);
        p.setProperty(
                "listener.security.protocol.map",
                "CONTROLLER:PLAINTEXT,PLAINTEXT:PLAINTEXT,SASL_SSL:SASL_SSL");
        p.setProperty("controller.listener.names", "CONTROLLER");
        p.setProperty("inter.broker.listener.name", "PLAINTEXT");
        p.setProperty("sasl.enabled.mechanisms", "PLAIN,SCRAM-SHA-512");
        p.setProperty(
                "listener.name.sasl_ssl.plain.sasl.jaas.config",
                PLAIN + " required user_" + USER + "=\"" + PASSWORD + "\";");
        p.setProperty(
                "listener.name.sasl_ssl.scram-sha-512.sasl.jaas.config", SCRAM + " required;");
        p.setProperty("ssl.keystore.location", keys.toString());
        p.setProperty("ssl.keystore.password", STORE_PASSWORD);
        p.setProperty("ssl.keystore.type", "PKCS12");
        p.setProperty("log.dirs", folder.resolve("data").toString());
        p.setProperty("auto.create.topics.enable", "false");
        p.setProperty("message.max.bytes", Integer.toString(MESSAGE_BYTES_MAX));
        p.setProperty("offsets.topic.replication.factor", "1");
        p.setProperty("transaction.state.log.replication.factor", "1");
        p.setProperty("transaction.state.log.min.isr", "1");
        p.setProperty("share.coordinator.state.topic.replication.factor", "1");
        p.setProperty("share.coordinator.state.topic.min.isr", "1");
        return p;
    }

    private void await(int port) throws Exception {
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(60);
        while (process.isAlive() && System.nanoTime() < deadline) {
            try (Socket s = new Socket(HOST, port)) {
                return;
            } catch (IOException notYet) {
                LockSupport.parkNanos(50_000_000);
            }
        }
        close();
        throw new AssertionError("the broker did not come up");
    }

    /** What a client writes into its properties file. */
    public String clientFile(String mechanism, String password) {
        String module = mechanism.equals("PLAIN") ? PLAIN : SCRAM;
        return String.join(
                "\n",
                "security.protocol=SASL_SSL",
                "sasl.mechanism=" + mechanism,
                "sasl.jaas.config="
                        + module
                        + " required username=\""
                        + USER
                        + "\" password=\""
                        + password
                        + "\";",
                "ssl.truststore.location=" + trust,
                "ssl.truststore.password=" + STORE_PASSWORD,
                "ssl.truststore.type=PKCS12",
                "");
    }

    @Override
    public void close() throws InterruptedException {
        process.destroyForcibly().waitFor(10, TimeUnit.SECONDS);
    }
}
