package io.nvmetap.bench;

import io.nvmetap.trace.EventSchema;
import java.io.File;
import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import javax.tools.JavaCompiler;
import javax.tools.ToolProvider;
import org.apache.avro.Schema;
import org.apache.avro.compiler.specific.SpecificCompiler;
import org.apache.avro.specific.SpecificRecordBase;

/**
 * The classes that Avro's own compiler makes of the event schema, under a package of their own:
 * those of the schema's package are the product's. Made and compiled on first use, beside this
 * class, where JVMs started later find them too.
 */
final class PlainClasses {
    private static final String OURS = "io.nvmetap.event";
    private static final String THEIRS = "io.nvmetap.bench.plain";

    private PlainClasses() {}

    /** The event schema, under the other package. */
    static Schema schema() {
        return new Schema.Parser().parse(EventSchema.json().replace(OURS, THEIRS));
    }

    /** The generated event class. */
    static Class<? extends SpecificRecordBase> event() {
        try {
            return Class.forName(THEIRS + ".Event").asSubclass(SpecificRecordBase.class);
        } catch (ClassNotFoundException e) {
            throw new IllegalStateException("Avro's classes are missing: make() them first", e);
        }
    }

    /** Makes the classes, if they are not of this schema already. */
    static void make() throws IOException {
        Path root = root();
        Path stamp = root.resolve(THEIRS.replace('.', '/')).resolve("schema");
        if (Files.isRegularFile(stamp) && Files.readString(stamp).equals(EventSchema.json())) {
            return;
        }
        try (WorkFolder sources = new WorkFolder()) {
            new SpecificCompiler(schema()).compileToDestination(null, sources.path().toFile());
            compile(sources.path(), root);
        }
        Files.writeString(stamp, EventSchema.json());
    }

    private static Path root() {
        try {
            return Path.of(
                    PlainClasses.class.getProtectionDomain().getCodeSource().getLocation().toURI());
        } catch (URISyntaxException e) {
            throw new IllegalStateException(e);
        }
    }

    private static void compile(Path sources, Path root) throws IOException {
        JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();
        if (compiler == null) {
            throw new IOException("a JDK is needed, not a bare Java runtime");
        }
        List<String> args =
                new ArrayList<>(
                        List.of("-proc:none", "-nowarn", "-Xlint:none", "-d", root.toString()));
        args.addAll(
                List.of("-cp", System.getProperty("java.class.path") + File.pathSeparator + root));
        try (Stream<Path> files = Files.walk(sources)) {
            files.map(Path::toString).filter(f -> f.endsWith(".java")).forEach(args::add);
        }
        if (compiler.run(null, null, null, args.toArray(new String[0])) != 0) {
            throw new IOException("Avro's classes do not compile");
        }
    }
}
