package io.nvmetap.broker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.nvmetap.process.LogFile;
import io.nvmetap.process.OwnProcess;
import io.nvmetap.process.PropertiesFile;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Properties;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class BrokerFolderTest {
    @TempDir Path temp;

    @Test
    void shouldPreferTheNamedFolderThenTheDataFolderThenHome() {
        assertThat(BrokerFolder.ofUser(Map.of("NVMETAP_HOME", "/a/b"), "/home/u").root())
                .isEqualTo(Path.of("/a/b"));
        assertThat(BrokerFolder.ofUser(Map.of("XDG_DATA_HOME", "/x"), "/home/u").root())
                .isEqualTo(Path.of("/x/nvmetap"));
        assertThat(BrokerFolder.ofUser(Map.of("XDG_DATA_HOME", "rel"), "/home/u").root())
                .isEqualTo(Path.of("/home/u/.local/share/nvmetap"));
    }

    @Test
    void shouldKeepItsPortsUntilSomebodyElseHasThem() throws IOException {
        BrokerFolder folder = new BrokerFolder(temp);
        folder.writeSettings();
        String first = folder.bootstrapServers();
        folder.writeSettings();
        assertThat(folder.bootstrapServers()).isEqualTo(first);
        int port = Integer.parseInt(first.substring(first.indexOf(':') + 1));
        try (ServerSocket taken = new ServerSocket(port, 1, InetAddress.getByName("127.0.0.1"))) {
            folder.writeSettings();
            assertThat(folder.bootstrapServers()).isNotEqualTo(first);
        }
    }

    @Test
    void shouldServeLoopbackOnly() throws IOException {
        BrokerFolder folder = new BrokerFolder(temp);
        folder.writeSettings();
        Properties p = PropertiesFile.load(folder.settings());
        assertThat(p.getProperty("listeners").split(","))
                .hasSize(2)
                .allMatch(l -> l.contains("://127.0.0.1:"));
    }

    @Test
    void shouldRefuseAFolderKafkaCannotUse() {
        assertThatThrownBy(() -> new BrokerFolder(temp.resolve("a,b")).create())
                .isInstanceOf(BrokerException.class)
                .hasMessageContaining("NVMETAP_HOME");
    }

    @Test
    void shouldRefuseAFolderThatIsAFile() throws IOException {
        Path file = Files.writeString(temp.resolve("file"), "x");
        assertThatThrownBy(() -> new BrokerFolder(file).create())
                .isInstanceOf(BrokerException.class)
                .hasMessageContaining("NVMETAP_HOME");
    }

    @Test
    void shouldStartTheLogAfreshWhenItIsLong() throws IOException {
        BrokerFolder folder = new BrokerFolder(temp);
        Files.write(folder.log().path(), new byte[(int) LogFile.BYTES_MAX + 1]);
        folder.log().rotate();
        assertThat(folder.log().path()).doesNotExist();
        assertThat(temp.resolve("broker.log.1")).exists();
    }

    @Test
    void shouldNotTakeAForeignProcessForTheBroker() throws IOException {
        BrokerFolder folder = new BrokerFolder(temp);
        // This very process: alive, right start time, but no broker.
        PropertiesFile.store(folder.pidFile(), OwnProcess.describe(ProcessHandle.current()));
        assertThat(folder.process()).isEmpty();
        assertThat(new LocalBroker(temp).stop()).isFalse();
        assertThat(ProcessHandle.current().isAlive()).isTrue();
    }

    @Test
    void shouldTakeADamagedPidFileForNone() throws IOException {
        BrokerFolder folder = new BrokerFolder(temp);
        for (String content :
                new String[] {"", "pid=x", "pid=1\nstartedMs=", "\\u12", "\u0000\uffff"}) {
            Files.write(folder.pidFile(), content.getBytes(StandardCharsets.UTF_8));
            assertThat(folder.process()).as(content).isEmpty();
        }
        Files.write(folder.pidFile(), new byte[] {(byte) 0xff, (byte) 0xfe, 0, 1});
        assertThat(folder.process()).isEmpty();
    }
}
