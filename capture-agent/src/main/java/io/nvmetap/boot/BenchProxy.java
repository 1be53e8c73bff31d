package io.nvmetap.boot;

import io.nvmetap.cli.CliFailure;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;

/** {@code nvmetap proxy} in a process of its own, for the whole of a benchmark. */
final class BenchProxy implements AutoCloseable {
    /** Socket, in the benchmark's folder, that the measured server listens on. */
    static final String SERVER = "server.sock";

    /** Socket that the proxy listens on. */
    static final String CLIENT = "proxy.sock";

    private static final long END_PATIENCE_S = 30;

    private final Process process;
    private final BufferedReader said;

    private BenchProxy(Process process) {
        this.process = process;
        this.said =
                new BufferedReader(
                        new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8));
    }

    /**
     * Starts it and waits until it listens.
     *
     * @param home where the launcher is
     * @param folder of the sockets and the proxy's recording
     */
    static BenchProxy start(Path home, Path folder) throws IOException {
        Process process =
                new ProcessBuilder(
                                home.resolve("nvmetap").toString(),
                                "proxy",
                                "--listen",
                                folder.resolve(CLIENT).toString(),
                                "--connect",
                                folder.resolve(SERVER).toString(),
                                "--out",
                                folder.resolve("proxy.avro").toString())
                        .redirectErrorStream(true)
                        .start();
        BenchProxy proxy = new BenchProxy(process);
        String line = proxy.said.readLine();
        while (line != null && !line.contains("listens on")) {
            line = proxy.said.readLine();
        }
        if (line == null) {
            throw CliFailure.environment("the proxy of the benchmark did not start");
        }
        return proxy;
    }

    /** Ends it in order and looks at its last line. */
    void endWithoutLoss() {
        // By its handle: Process.destroy would close what it is still to say.
        process.toHandle().destroy();
        String last = said.lines().reduce("", (a, b) -> b);
        close();
        if (!last.contains("   0 lost   ")) {
            throw CliFailure.environment("the proxy lost events: " + last);
        }
    }

    @Override
    public void close() {
        process.destroy();
        try {
            if (!process.waitFor(END_PATIENCE_S, TimeUnit.SECONDS)) {
                process.destroyForcibly();
            }
        } catch (InterruptedException e) {
            process.destroyForcibly();
            Thread.currentThread().interrupt();
        }
    }
}
