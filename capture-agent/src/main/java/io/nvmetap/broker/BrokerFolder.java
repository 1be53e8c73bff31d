package io.nvmetap.broker;

import io.nvmetap.process.LogFile;
import io.nvmetap.process.LoopbackPort;
import io.nvmetap.process.OwnProcess;
import io.nvmetap.process.PropertiesFile;
import java.io.IOException;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;

/**
 * What is kept for the local broker: {@code data/}, {@code server.properties} (with the ports),
 * {@code broker.pid}, {@code broker.log} and the lock files.
 *
 * @param root the folder
 */
record BrokerFolder(Path root) {
    static final String HOST = LoopbackPort.HOST;

    /**
     * @param environment environment variables
     * @param userHome the user's home folder
     * @return folder named by NVMETAP_HOME, or nvmetap under the user's data folder
     */
    static BrokerFolder ofUser(Map<String, String> environment, String userHome) {
        String named = environment.getOrDefault("NVMETAP_HOME", "");
        if (!named.isBlank()) {
            return new BrokerFolder(Path.of(named).toAbsolutePath().normalize());
        }
        String data = environment.getOrDefault("XDG_DATA_HOME", "");
        // The XDG base directory specification: a relative path is to be ignored.
        Path base = Path.of(data.startsWith("/") ? data : userHome + "/.local/share");
        return new BrokerFolder(base.resolve("nvmetap").normalize());
    }

    Path data() {
        return root.resolve("data");
    }

    Path settings() {
        return root.resolve("server.properties");
    }

    Path pidFile() {
        return root.resolve("broker.pid");
    }

    /** The living broker of this folder. */
    Optional<OwnProcess> process() throws IOException {
        return OwnProcess.find(pidFile(), BrokerMain.class.getName());
    }

    LogFile log() {
        return new LogFile(root.resolve("broker.log"));
    }

    /** Held while somebody starts or stops the broker. */
    Path commandLock() {
        return root.resolve("command.lock");
    }

    /** Held by the broker while it lives. */
    Path brokerLock() {
        return root.resolve("broker.lock");
    }

    void create() throws BrokerException {
        if (root.toString().indexOf(',') >= 0) {
            throw new BrokerException(
                    root + ": Kafka takes no comma in a folder name; set NVMETAP_HOME to another");
        }
        try {
            Files.createDirectories(root);
        } catch (IOException e) {
            throw new BrokerException(
                    root + ": cannot be made a data folder; set NVMETAP_HOME to another");
        }
    }

    /**
     * @return HOST:PORT of the broker, "" if none was ever started here
     */
    String bootstrapServers() throws IOException {
        String port = PropertiesFile.load(settings()).getProperty("nvmetap.port", "");
        return port.isEmpty() ? "" : HOST + ":" + port;
    }

    /** Writes the settings: the ports of last time if they are free, new ones if not. */
    void writeSettings() throws IOException {
        Properties old = PropertiesFile.load(settings());
        int port = portOr(old.getProperty("nvmetap.port", ""));
        int controllerPort = portOr(old.getProperty("nvmetap.controllerPort", ""));
        if (!LoopbackPort.free(port) || !LoopbackPort.free(controllerPort)) {
            try (ServerSocket a = LoopbackPort.bind(0);
                    ServerSocket b = LoopbackPort.bind(0)) {
                port = a.getLocalPort();
                controllerPort = b.getLocalPort();
            }
        }
        PropertiesFile.store(settings(), BrokerSettings.of(data(), port, controllerPort));
    }

    private static int portOr(String text) {
        try {
            int port = Integer.parseInt(text);
            return port > 0 && port < 65536 ? port : -1;
        } catch (NumberFormatException e) {
            return -1;
        }
    }
}
