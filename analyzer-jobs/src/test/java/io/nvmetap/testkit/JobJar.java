package io.nvmetap.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.FileSystem;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.Map;
import javax.tools.JavaCompiler;
import javax.tools.StandardJavaFileManager;
import javax.tools.ToolProvider;

/** The jar for clusters that the build has just made, and a later build of it. */
public final class JobJar {
    private static final String ANALYZER = "io/nvmetap/rule/Analyzer";
    private static final String FIELD = "    private boolean ended;\n";

    private JobJar() {}

    /** The jar. */
    public static Path path() throws IOException {
        try (var jars = Files.newDirectoryStream(Path.of("target"), "*-job.jar")) {
            for (Path jar : jars) {
                return jar.toAbsolutePath();
            }
        }
        throw new AssertionError("no job jar in target: run this test with mvn verify");
    }

    /** A build whose analyzers have one more field. */
    public static Path upgraded(Path folder) throws IOException {
        Path jar = folder.resolve("upgraded-job.jar");
        Files.copy(path(), jar, StandardCopyOption.REPLACE_EXISTING);
        String source = Files.readString(Path.of("src/main/java", ANALYZER + ".java"));
        assertThat(source).contains(FIELD);
        Path changed = folder.resolve("Analyzer.java");
        Files.writeString(
                changed, source.replace(FIELD, FIELD + "    private long addedLater = 7;\n"));
        Path classes = Files.createDirectories(folder.resolve("classes"));
        JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();
        try (StandardJavaFileManager files = compiler.getStandardFileManager(null, null, null)) {
            List<String> options = List.of("-d", classes.toString(), "-cp", jar.toString());
            boolean compiled =
                    compiler.getTask(
                                    null,
                                    files,
                                    null,
                                    options,
                                    null,
                                    files.getJavaFileObjects(changed))
                            .call();
            assertThat(compiled).as("compiles").isTrue();
        }
        try (FileSystem zip = FileSystems.newFileSystem(jar, Map.of())) {
            Files.copy(
                    classes.resolve(ANALYZER + ".class"),
                    zip.getPath(ANALYZER + ".class"),
                    StandardCopyOption.REPLACE_EXISTING);
        }
        return jar;
    }
}
