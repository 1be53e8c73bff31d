package io.nvmetap.bench;

import java.io.BufferedReader;
import java.io.File;
import java.io.IOException;
import java.io.InputStreamReader;
import java.lang.ProcessBuilder.Redirect;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/** Ways that time themselves, each in a JVM of its own, all of them in every round. */
final class ForkedWays {
    private static final long PATIENCE_S = 900;

    private final BenchEffort effort;
    private final Class<?> main;
    private final Map<String, List<Double>> took = new LinkedHashMap<>();

    /**
     * @param main entry point: takes the way, then arguments, then the number of runs
     */
    ForkedWays(BenchEffort effort, Class<?> main) {
        this.effort = effort;
        this.main = main;
    }

    /** Runs all ways, {@link BenchEffort#rounds} times in turns. */
    ForkedWays run(List<String> ways, String... args) throws IOException {
        for (int round = 0; round < effort.rounds(); round++) {
            for (String way : ways) {
                double ns = best(runs(way, args));
                took.computeIfAbsent(way, w -> new ArrayList<>()).add(ns);
            }
        }
        return this;
    }

    /**
     * @return nanoseconds of the best run of each round
     */
    List<Double> of(String way) {
        return took.get(way);
    }

    private double best(List<Long> runs) throws IOException {
        if (runs.size() != effort.warmups() + effort.iterations()) {
            throw new IOException("only " + runs.size() + " runs came to their end");
        }
        return Collections.min(runs.subList(effort.warmups(), runs.size()));
    }

    private List<Long> runs(String way, String... args) throws IOException {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(Rounds.JVM);
        command.addAll(List.of("-cp", System.getProperty("java.class.path"), main.getName(), way));
        command.addAll(List.of(args));
        command.add(Integer.toString(effort.warmups() + effort.iterations()));
        File log = Files.createTempFile("nvmetap-bench", ".log").toFile();
        Process process = new ProcessBuilder(command).redirectError(Redirect.to(log)).start();
        List<Long> runs = new ArrayList<>();
        try (BufferedReader said =
                new BufferedReader(
                        new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8))) {
            for (String line = said.readLine(); line != null; line = said.readLine()) {
                if (line.startsWith(PipelineFork.TOOK)) {
                    runs.add(Long.parseLong(line.substring(PipelineFork.TOOK.length())));
                }
            }
            if (!process.waitFor(PATIENCE_S, TimeUnit.SECONDS) || process.exitValue() != 0) {
                throw new IOException(way + " failed; what it said is in " + log.getAbsolutePath());
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted", e);
        } finally {
            process.destroyForcibly();
        }
        Files.delete(log.toPath());
        return runs;
    }
}
