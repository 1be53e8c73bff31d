package io.nvmetap.testkit;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** A command of nvmetap in a process of its own, with all that it prints, logs included. */
public final class Command {
    private static final int LIMIT_S = 90;

    private Command() {}

    /**
     * @param status exit status
     * @param text standard output and error, stripped
     */
    public record Said(int status, String text) {}

    /** One that runs. */
    public static final class Running implements AutoCloseable {
        private final Process process;
        private final Path said;

        private Running(Process process, Path said) {
            this.process = process;
            this.said = said;
        }

        /** What it printed until now. */
        public String text() throws IOException {
            return Files.readString(said).strip();
        }

        /**
         * Waits until it has printed something.
         *
         * @return the first group of the pattern
         */
        public String await(String pattern) throws IOException {
            Pattern wanted = Pattern.compile(pattern);
            long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(LIMIT_S);
            while (System.nanoTime() < deadline) {
                boolean last = !process.isAlive();
                Matcher m = wanted.matcher(text());
                if (m.find()) {
                    return m.group(1);
                }
                if (last) {
                    break;
                }
                LockSupport.parkNanos(20_000_000);
            }
            throw new AssertionError("never printed " + pattern + " but:\n" + text());
        }

        @Override
        public void close() throws InterruptedException {
            process.destroyForcibly().waitFor();
        }
    }

    /**
     * Starts one.
     *
     * @param main class with its main method
     * @param folder for what it prints
     */
    public static Running start(Class<?> main, Path folder, List<String> args) throws IOException {
        List<String> command =
                new ArrayList<>(
                        List.of(
                                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                                "-Xmx512m",
                                "-XX:+UseSerialGC",
                                "-XX:TieredStopAtLevel=1",
                                "--add-opens=java.base/jdk.internal.misc=ALL-UNNAMED",
                                "--add-opens=java.base/java.util=ALL-UNNAMED",
                                "-cp",
                                System.getProperty("java.class.path"),
                                main.getName()));
        command.addAll(args);
        Path said = Files.createTempFile(folder, main.getSimpleName(), ".said");
        Process process =
                new ProcessBuilder(command)
                        .redirectErrorStream(true)
                        .redirectOutput(said.toFile())
                        .start();
        return new Running(process, said);
    }

    /** Runs one to its end. */
    public static Said run(Class<?> main, Path folder, List<String> args)
            throws IOException, InterruptedException {
        try (Running running = start(main, folder, args)) {
            if (!running.process.waitFor(LIMIT_S, TimeUnit.SECONDS)) {
                throw new AssertionError("does not end; it printed:\n" + running.text());
            }
            return new Said(running.process.exitValue(), running.text());
        }
    }
}
