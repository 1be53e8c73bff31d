package io.nvmetap.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.locks.LockSupport;

/** The REST interface of a JobManager, as far as a job's life needs it. */
public final class ClusterRest {
    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final long POLL_NS = 100_000_000L;
    private static final String BOUNDARY = "nvmetap-job-jar";

    private final HttpClient http =
            HttpClient.newBuilder().connectTimeout(Duration.ofSeconds(5)).build();
    private final ObjectMapper json = new ObjectMapper();
    private final String base;

    /**
     * @param port of the JobManager on loopback
     */
    public ClusterRest(int port) {
        base = "http://127.0.0.1:" + port;
    }

    /** Waits until so many slots are free; a cluster that comes up answers nothing at first. */
    public void awaitFreeSlots(int count) {
        await(
                count + " free slots",
                () -> get("/overview").path("slots-available").asInt() >= count);
    }

    /** Uploads a jar; returns its id. */
    public String upload(Path jar) throws IOException, InterruptedException {
        ByteArrayOutputStream body = new ByteArrayOutputStream();
        String head =
                "--"
                        + BOUNDARY
                        + "\r\nContent-Disposition: form-data; name=\"jarfile\"; filename=\""
                        + jar.getFileName()
                        + "\"\r\nContent-Type: application/x-java-archive\r\n\r\n";
        body.writeBytes(head.getBytes(StandardCharsets.UTF_8));
        body.writeBytes(Files.readAllBytes(jar));
        body.writeBytes(("\r\n--" + BOUNDARY + "--\r\n").getBytes(StandardCharsets.UTF_8));
        HttpRequest request =
                request("/jars/upload")
                        .header("Content-Type", "multipart/form-data; boundary=" + BOUNDARY)
                        .POST(BodyPublishers.ofByteArray(body.toByteArray()))
                        .build();
        String file = send(request).path("filename").asText();
        return file.substring(file.lastIndexOf('/') + 1);
    }

    /** Runs an uploaded jar; returns the job's id. */
    public String run(String jar, int parallelism, String... args)
            throws IOException, InterruptedException {
        var body = json.createObjectNode().put("parallelism", parallelism);
        var list = body.putArray("programArgsList");
        for (String arg : args) {
            list.add(arg);
        }
        return post("/jars/" + jar + "/run", body).path("jobid").asText();
    }

    /** Waits until the job runs, all its tasks. */
    public void awaitRunning(String job) {
        await("job " + job + " runs", () -> tasks(job, "RUNNING"));
    }

    private boolean tasks(String job, String state) throws IOException, InterruptedException {
        JsonNode j = get("/jobs/" + job);
        JsonNode counts = j.path("status-counts");
        int all = 0;
        for (JsonNode n : counts) {
            all += n.asInt();
        }
        return j.path("state").asText().equals(state) && counts.path(state).asInt() == all;
    }

    /** Waits until so many more checkpoints are complete. */
    public void awaitCheckpoints(String job, int more) throws IOException, InterruptedException {
        int before = checkpoints(job);
        await(more + " checkpoints", () -> checkpoints(job) >= before + more);
    }

    private int checkpoints(String job) throws IOException, InterruptedException {
        return get("/jobs/" + job + "/checkpoints").path("counts").path("completed").asInt();
    }

    /** How often the job began again from a checkpoint. */
    public int restores(String job) throws IOException, InterruptedException {
        return get("/jobs/" + job + "/checkpoints").path("counts").path("restored").asInt();
    }

    /**
     * One of the parallel parts of a task.
     *
     * @param taskManager where it runs
     * @param records it has taken
     * @param busyMs for so long it was not waiting for input or for room for its output
     */
    public record Subtask(String taskManager, long records, long busyMs) {}

    /** The parts of the task whose name holds this word. */
    public List<Subtask> subtasks(String job, String task)
            throws IOException, InterruptedException {
        List<Subtask> all = new ArrayList<>();
        for (JsonNode v : get("/jobs/" + job).path("vertices")) {
            if (!v.path("name").asText().contains(task)) {
                continue;
            }
            String path = "/jobs/" + job + "/vertices/" + v.path("id").asText();
            for (JsonNode s : get(path).path("subtasks")) {
                JsonNode metrics = s.path("metrics");
                all.add(
                        new Subtask(
                                s.path("taskmanager-id").asText(),
                                metrics.path("read-records").asLong(),
                                metrics.path("accumulated-busy-time").asLong()));
            }
        }
        assertThat(all).as("task %s of job %s", task, job).isNotEmpty();
        return all;
    }

    /** The same, once they have taken so many records together. */
    public List<Subtask> subtasksAfter(String job, String task, long records)
            throws IOException, InterruptedException {
        await(
                records + " records in " + task,
                () -> subtasks(job, task).stream().mapToLong(Subtask::records).sum() >= records);
        return subtasks(job, task);
    }

    /** Cancels, and waits until it is. */
    public void cancel(String job) throws IOException, InterruptedException {
        send(
                request("/jobs/" + job + "?mode=cancel")
                        .method("PATCH", BodyPublishers.noBody())
                        .build());
        await(
                "job is cancelled",
                () -> get("/jobs/" + job).path("state").asText().equals("CANCELED"));
    }

    private JsonNode get(String path) throws IOException, InterruptedException {
        return send(request(path).GET().build());
    }

    private JsonNode post(String path, JsonNode body) throws IOException, InterruptedException {
        return send(
                request(path)
                        .header("Content-Type", "application/json")
                        .POST(BodyPublishers.ofString(body.toString()))
                        .build());
    }

    private HttpRequest.Builder request(String path) {
        return HttpRequest.newBuilder(URI.create(base + path)).timeout(PATIENCE);
    }

    private JsonNode send(HttpRequest request) throws IOException, InterruptedException {
        HttpResponse<String> answer = http.send(request, BodyHandlers.ofString());
        if (answer.statusCode() >= 300) {
            throw new IOException(request.uri() + ": " + answer.statusCode() + " " + answer.body());
        }
        return json.readTree(answer.body());
    }

    private static void await(String what, Callable<Boolean> condition) {
        long deadline = System.nanoTime() + PATIENCE.toNanos();
        Exception last = null;
        while (System.nanoTime() - deadline < 0) {
            try {
                if (condition.call()) {
                    return;
                }
            } catch (IOException notYet) {
                last = notYet;
            } catch (Exception e) {
                throw new AssertionError(what, e);
            }
            LockSupport.parkNanos(POLL_NS);
        }
        throw new AssertionError("not within " + PATIENCE.toSeconds() + " s: " + what, last);
    }
}
