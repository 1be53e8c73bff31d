package io.nvmetap.export.pcapng;

import io.nvmetap.event.CaptureStarted;
import io.nvmetap.event.CapturedEvent;
import io.nvmetap.event.ControllerInfo;
import io.nvmetap.event.Side;
import java.util.Locale;
import java.util.stream.Collectors;

/** What a capture file says of the trace it was made from, in words. */
final class CaptureTexts {
    private CaptureTexts() {}

    static String section(CapturedEvent first, Side side) {
        CaptureStarted h = first.header;
        StringBuilder s = new StringBuilder("session ").append(first.sessionHex());
        s.append(", ").append(side.name().toLowerCase(Locale.ROOT)).append(" side");
        s.append(", source ").append(h.source());
        append(s, ", firmware ", h.firmware());
        append(s, ", mediator ", h.mediatorName());
        append(s, " ", h.mediatorVersion());
        append(s, " build ", h.mediatorBuild());
        append(s, ", several controllers mixed: ", h.mixedControllers());
        if (!h.unseen().isEmpty()) {
            s.append(", the source cannot see ")
                    .append(
                            h.unseen().stream()
                                    .map(Enum::name)
                                    .sorted()
                                    .collect(Collectors.joining(" ")));
        }
        s.append(". TCP and Connect are made up, entries are as recorded.");
        return s.toString();
    }

    private static void append(StringBuilder s, String before, String text) {
        if (!text.isEmpty()) {
            s.append(before).append(text);
        }
    }

    static String controller(CaptureStarted h, int controller) {
        ControllerInfo info =
                controller < h.controllers().size()
                        ? h.controllers().get(controller)
                        : ControllerInfo.unknown();
        StringBuilder s = new StringBuilder("controller ").append(controller);
        append(s, ", ", info.model().strip());
        if (info.vendorId() >= 0) {
            s.append(
                    String.format(
                            ", PCI %04x:%04x", info.vendorId() & 0xFFFF, info.deviceId() & 0xFFFF));
        }
        append(s, ", firmware ", info.firmwareRevision().strip());
        append(s, ", serial (hash) ", info.serialHash());
        return s.toString();
    }

    /** Bytes of an entry that the source did not see, as ranges; "" if it saw all. */
    static String unseen(CapturedEvent e, int bytes) {
        StringBuilder s = new StringBuilder();
        int at = 0;
        while (at < bytes) {
            int from = at;
            while (at < bytes && (e.known >>> at & 1) == 0) {
                at++;
            }
            if (at > from) {
                s.append(s.length() == 0 ? "not seen, shown as recorded: bytes " : ", ");
                s.append(from).append(at - 1 > from ? "-" + (at - 1) : "");
            } else {
                at++;
            }
        }
        return s.toString();
    }
}
