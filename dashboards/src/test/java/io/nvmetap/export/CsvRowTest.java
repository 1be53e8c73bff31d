package io.nvmetap.export;

import static org.assertj.core.api.Assertions.assertThat;

import io.nvmetap.event.CapturedEvent;
import io.nvmetap.event.DoorbellKind;
import io.nvmetap.event.Side;
import io.nvmetap.nvme.VendorCatalog;
import io.nvmetap.show.EventText;
import org.junit.jupiter.api.Test;

class CsvRowTest {
    @Test
    void shouldWriteOneRowAnEvent() {
        CapturedEvent e = new CapturedEvent();
        e.asDoorbell(Side.GUEST, DoorbellKind.SQ_TAIL, 3, 9).at(5, 1_000, 1, 0);
        assertThat(new CsvRow(new EventText(VendorCatalog.bundled())).of(e))
                .isEqualTo("5,1000,0,1,GUEST,DoorbellRung,3,,SQ_TAIL queue=3 value=9 cpu=1");
        assertThat(CsvRow.HEADER.split(",")).hasSize(9);
    }

    @Test
    void shouldQuoteWhatBreaksARow() {
        assertThat(CsvRow.quoted("a,b")).isEqualTo("\"a,b\"");
        assertThat(CsvRow.quoted("say \"x\"\n")).isEqualTo("\"say \"\"x\"\"\n\"");
    }

    @Test
    void shouldNotLetADeviceWriteFormulas() {
        assertThat(CsvRow.quoted("=1+1")).isEqualTo("'=1+1");
    }
}
