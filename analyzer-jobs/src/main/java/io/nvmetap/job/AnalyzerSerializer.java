package io.nvmetap.job;

import io.nvmetap.rule.Analyzer;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.ObjectInputStream;
import java.io.ObjectOutputStream;
import org.apache.flink.api.common.typeutils.SimpleTypeSerializerSnapshot;
import org.apache.flink.api.common.typeutils.TypeSerializer;
import org.apache.flink.api.common.typeutils.TypeSerializerSnapshot;
import org.apache.flink.core.memory.DataInputView;
import org.apache.flink.core.memory.DataOutputView;

/**
 * Analyzers in checkpoints: Java serialization, once a checkpoint and never on the way of an event.
 */
public final class AnalyzerSerializer extends TypeSerializer<Analyzer> {
    private static final long serialVersionUID = 1L;

    /** Largest state of one controller. */
    private static final int BYTES_MAX = 256 << 20;

    @Override
    public boolean isImmutableType() {
        return false;
    }

    @Override
    public TypeSerializer<Analyzer> duplicate() {
        return this;
    }

    @Override
    public Analyzer createInstance() {
        return null;
    }

    @Override
    public Analyzer copy(Analyzer from) {
        try {
            return read(bytes(from));
        } catch (IOException e) {
            throw new IllegalStateException("state of an analyzer cannot be copied", e);
        }
    }

    @Override
    public Analyzer copy(Analyzer from, Analyzer reuse) {
        return copy(from);
    }

    @Override
    public int getLength() {
        return -1;
    }

    @Override
    public void serialize(Analyzer analyzer, DataOutputView target) throws IOException {
        byte[] bytes = bytes(analyzer);
        target.writeInt(bytes.length);
        target.write(bytes);
    }

    @Override
    public Analyzer deserialize(DataInputView source) throws IOException {
        int length = source.readInt();
        if (length < 0 || length > BYTES_MAX) {
            throw new IOException("analyzer state of " + length + " bytes");
        }
        byte[] bytes = new byte[length];
        source.readFully(bytes);
        return read(bytes);
    }

    @Override
    public Analyzer deserialize(Analyzer reuse, DataInputView source) throws IOException {
        return deserialize(source);
    }

    @Override
    public void copy(DataInputView source, DataOutputView target) throws IOException {
        serialize(deserialize(source), target);
    }

    private static byte[] bytes(Analyzer analyzer) throws IOException {
        ByteArrayOutputStream out = new ByteArrayOutputStream(4096);
        try (ObjectOutputStream objects = new ObjectOutputStream(out)) {
            objects.writeObject(analyzer);
        }
        return out.toByteArray();
    }

    private static Analyzer read(byte[] bytes) throws IOException {
        try (ObjectInputStream objects =
                new ObjectInputStream(new ByteArrayInputStream(bytes)) {
                    @Override
                    protected Class<?> resolveClass(java.io.ObjectStreamClass d)
                            throws IOException, ClassNotFoundException {
                        return Class.forName(
                                d.getName(), false, AnalyzerSerializer.class.getClassLoader());
                    }
                }) {
            return (Analyzer) objects.readObject();
        } catch (ClassNotFoundException e) {
            throw new IOException("state of another version", e);
        }
    }

    @Override
    public boolean equals(Object o) {
        return o instanceof AnalyzerSerializer;
    }

    @Override
    public int hashCode() {
        return AnalyzerSerializer.class.hashCode();
    }

    @Override
    public TypeSerializerSnapshot<Analyzer> snapshotConfiguration() {
        return new Snapshot();
    }

    /** Snapshot of a serializer without settings. */
    public static final class Snapshot extends SimpleTypeSerializerSnapshot<Analyzer> {
        public Snapshot() {
            super(AnalyzerSerializer::new);
        }
    }
}
