package io.nvmetap.script;

import io.nvmetap.nvme.StatusCode;
import java.util.HexFormat;
import java.util.function.Consumer;

/** A reproducer as lines of QEMU's qtest protocol, with comments. */
public final class QtestText {
    /** Times a script reads what it should wait for. */
    static final int READS = 3;

    private final Consumer<String> out;
    private String said = "";

    private QtestText(Consumer<String> out) {
        this.out = out;
    }

    /** Writes it line by line. */
    public static void write(Script script, Consumer<String> out) {
        QtestText text = new QtestText(out);
        text.head(script);
        script.steps().forEach(text::step);
        text.tail(script);
    }

    private void note(String text) {
        said = ("# " + Text.plain(text)).stripTrailing();
        out.accept(said);
    }

    private void head(Script script) {
        script.about().forEach(this::note);
        note("");
        note("Each line that is no comment is a request of qtest; QEMU answers each with OK.");
        note("A line goes in when the one before it is answered and QEMU had a moment to work:");
        note("");
        note("  grep -v '^#' FILE | while read -r l; do echo \"$l\"; sleep 0.02; done |");
        Script.machine("stdio").forEach(line -> note("  " + line));
        note("");
        note("or the same into a socket, with -qtest unix:q.sock,server=on,wait=off.");
        note(
                "A script cannot wait. Where it should, it says 'wait' and reads "
                        + READS
                        + " times;");
        note("what follows is right if the last of these reads shows what is waited for.");
        note("The C form of this reproducer waits.");
        note("");
    }

    private void step(Step step) {
        if (step instanceof Step.Note note) {
            note(note.text());
        } else if (step instanceof Step.Config config) {
            long address = 0x8000_0000L | (long) Script.FUNCTION << 8 | config.offset() & 0xFC;
            line("outl 0xcf8 0x%x", address);
            line("outl 0xcfc 0x%x", config.value());
        } else if (step instanceof Step.Write write) {
            if (!said.endsWith(Text.plain(write.what()))) {
                note(write.what());
            }
            long address = Script.BAR_ADDRESS + write.registerOffset();
            line("write%c 0x%x 0x%x", letter(write.widthBytes()), address, write.value());
        } else if (step instanceof Step.Read read) {
            note(read.what());
            long address = Script.BAR_ADDRESS + read.registerOffset();
            line("read%c 0x%x", letter(read.widthBytes()), address);
        } else if (step instanceof Step.Ram ram) {
            String hex = HexFormat.of().formatHex(ram.content());
            line("write 0x%x 0x%x 0x%s", ram.address(), ram.content().length, hex);
        } else if (step instanceof Step.Clear clear) {
            line("memset 0x%x 0x%x 0x0", clear.address(), clear.bytes());
        } else {
            await(step);
        }
    }

    private void await(Step step) {
        String request;
        if (step instanceof Step.AwaitRegister await) {
            note(
                    String.format(
                            "wait: %s & 0x%x = 0x%x",
                            await.what(), await.mask(), await.expected()));
            request = "readl 0x%x".formatted(Script.BAR_ADDRESS + await.registerOffset());
        } else {
            Step.AwaitEntry await = (Step.AwaitEntry) step;
            note(
                    String.format(
                            "wait: CQ %d slot %d, bit 0 of byte 14 is %d",
                            await.cqid(), await.slot(), await.phase()));
            request = "read 0x%x 0x10".formatted(await.address());
        }
        for (int i = 0; i < READS; i++) {
            out.accept(request);
        }
    }

    private void tail(Script script) {
        note("");
        note("Recorded:");
        for (Script.Expected e : script.expected()) {
            String status = e.status() < 0 ? "status not seen" : StatusCode.describe(e.status());
            note("SQ " + e.sqid() + " CID " + e.cid() + ": " + status + "   " + e.what());
        }
    }

    private void line(String format, Object... words) {
        out.accept(String.format(format, words));
    }

    static char letter(int widthBytes) {
        return switch (widthBytes) {
            case 1 -> 'b';
            case 2 -> 'w';
            case 4 -> 'l';
            default -> 'q';
        };
    }
}
