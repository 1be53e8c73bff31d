package io.nvmetap.event;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.apache.avro.generic.GenericRecord;

/**
 * Entry and pages of a command as another program has them: from Avro's own record of the version
 * that is written, by what the schema says of its fields.
 *
 * @param entry raw, whole
 * @param pages in order, each an address and bytes
 */
public record AvroCommand(String entry, List<List<Long>> pages) {
    private static final int PAGE_BYTES = 4096;

    /** Reads the body of a CommandFetched or CommandEmitted. */
    public static AvroCommand of(GenericRecord body) {
        ByteBuffer sqe = (ByteBuffer) body.get("sqe");
        byte[] entry =
                Arrays.copyOf(sqe.array(), sqe.remaining() + (Integer) body.get("zeroBytes"));
        List<List<Long>> pages = new ArrayList<>();
        for (Object o : (List<?>) body.get("pages")) {
            GenericRecord page = (GenericRecord) o;
            pages.add(page((Long) page.get("address"), (Integer) page.get("lengthBytes")));
        }
        List<?> runs = (List<?>) body.get("pageRuns");
        for (Object o : runs) {
            GenericRecord run = (GenericRecord) o;
            long at = end(pages) + PAGE_BYTES * (Long) run.get("skip");
            for (int i = (Integer) run.get("pages"); i > 0; i--) {
                pages.add(page(at, PAGE_BYTES));
                at = end(pages);
            }
        }
        if (!runs.isEmpty()) {
            List<Long> last = pages.remove(pages.size() - 1);
            pages.add(page(last.get(0), last.get(1) - (Integer) body.get("cutBytes")));
        }
        return new AvroCommand(Arrays.toString(entry), pages);
    }

    /** What the product has of it. */
    public static AvroCommand of(CapturedEvent e) {
        List<List<Long>> pages = new ArrayList<>();
        for (int i = 0; i < e.pageCount; i++) {
            pages.add(page(e.pageAddress[i], e.pageLengthBytes[i]));
        }
        return new AvroCommand(Arrays.toString(Arrays.copyOf(e.entry, e.entryBytes)), pages);
    }

    private static List<Long> page(long address, long lengthBytes) {
        return List.of(address, lengthBytes);
    }

    private static long end(List<List<Long>> pages) {
        if (pages.isEmpty()) {
            return 0;
        }
        List<Long> last = pages.get(pages.size() - 1);
        return last.get(0) + last.get(1);
    }
}
