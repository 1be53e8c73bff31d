package io.nvmetap.server;

import static org.assertj.core.api.Assertions.assertThat;

import com.microsoft.playwright.Locator;
import com.microsoft.playwright.Page;
import io.nvmetap.cli.Brokers;
import io.nvmetap.testkit.BigTrace;
import io.nvmetap.testkit.Chromium;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Somebody with a hung boot opens the page: a walk through the full chain's recording. */
@Timeout(value = 180, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class WalkITCase {
    private static final Path BOOTS = Path.of("../capture-agent/src/test/recordings/boots");
    private static final String READY = "canvas[data-state=ready]";

    @TempDir private Path folder;
    private Dashboard dashboard;

    @BeforeEach
    void start() throws IOException {
        for (String name : List.of("chain", "rebind", "linux-apple-ans2", "take-over")) {
            Files.copy(BOOTS.resolve(name + ".avro"), folder.resolve(name + ".avro"));
        }
        dashboard = Dashboard.start(new ServeSettings(List.of(folder), 0, Brokers.NONE));
    }

    @AfterEach
    void stop() {
        dashboard.close();
    }

    @Test
    void shouldLeadFromTheListToWhoOwesWhat() throws Exception {
        try (Chromium chromium = Chromium.start(false)) {
            Page page = chromium.page();
            page.navigate(dashboard.address());
            page.waitForSelector("tr:has-text('chain') .badge.warning");
            chromium.picture("1-captures");
            page.click("a[data-row]:has-text('chain')");
            page.waitForSelector("a.finding-card");
            assertThat(page.textContent("main")).contains("EDK2 enables once", "guest");
            chromium.picture("2-capture");
            page.click("a.finding-card >> nth=0");
            page.waitForSelector("table.events");
            page.waitForSelector("text=At that moment");
            assertThat(page.textContent("main"))
                    .contains("guest owes the next step", "NVMe Base 2.0", "nvmetap replay");
            chromium.picture("3-finding", true);
            page.click("text=Show in the timeline");
            page.waitForSelector(READY);
            page.waitForSelector("aside.panel >> text=Open the finding");
            chromium.picture("4-timeline");
            toCommand(page);
            chromium.picture("5-command", true);
            page.click("nav >> text=Compare");
            page.selectOption("select[aria-label='second capture']", "rebind");
            page.waitForSelector(".parting");
            assertThat(page.textContent("main")).contains("They part here", "diverged");
            chromium.picture("6-compare", true);
            latencyAndReplay(chromium);
            assertThat(chromium.errors()).isEmpty();
        }
    }

    /** The busiest stretch, a command of it, and its own page. */
    private static void toCommand(Page page) {
        page.keyboard().press("0");
        for (int i = 0; i < 4; i++) {
            page.keyboard().press("ArrowDown");
        }
        page.keyboard().press("]");
        page.waitForSelector("aside.panel >> text=Open the command");
        page.click("aside.panel >> text=Open the command");
        page.waitForSelector(".hex");
        assertThat(page.textContent("main"))
                .contains("Guest side", "Device side", "CompletionCopied");
    }

    private void latencyAndReplay(Chromium chromium) {
        Page page = chromium.page();
        page.click("nav >> text=Latency");
        page.waitForSelector("canvas.heat");
        page.waitForSelector(".uplot");
        chromium.picture("7-latency", true);
        page.navigate(dashboard.address() + "#/compare/chain/replay%3Areference");
        page.waitForSelector(".badge.large");
        assertThat(page.textContent("main")).contains("same", "commands compared");
        chromium.picture("8-replay");
    }

    @Test
    void shouldBeUsableByKeyboardOnly() throws Exception {
        try (Chromium chromium = Chromium.start(true)) {
            Page page = chromium.page();
            page.navigate(dashboard.address());
            page.waitForSelector("table.list tr:has-text('chain') .badge");
            page.keyboard().press("?");
            page.waitForSelector("dialog[open]");
            chromium.picture("9-keys-dark");
            page.keyboard().press("Escape");
            page.keyboard().press("j");
            assertThat(focused(page)).contains("chain");
            page.keyboard().press("Enter");
            page.waitForSelector("a.finding-card");
            page.keyboard().press("j");
            page.keyboard().press("Enter");
            page.waitForSelector("table.events");
            page.keyboard().press("j");
            page.keyboard().press("Enter");
            page.waitForSelector(READY);
            page.waitForSelector("aside.panel >> text=Open the finding");
            page.keyboard().press("+");
            page.keyboard().press("n");
            page.keyboard().press("ArrowDown");
            page.keyboard().press("ArrowDown");
            page.keyboard().press("0");
            page.keyboard().press("]");
            page.waitForSelector("aside.panel >> text=Open the command");
            chromium.picture("10-timeline-dark");
            page.keyboard().press("Enter");
            page.waitForSelector(".hex");
            chromium.picture("11-command-dark");
            page.keyboard().press("g");
            page.keyboard().press("d");
            page.waitForSelector("select[aria-label='second capture']");
            page.keyboard().press("g");
            page.keyboard().press("l");
            page.waitForSelector("canvas.heat");
            chromium.picture("12-latency-dark");
            assertThat(chromium.errors()).isEmpty();
        }
    }

    private static String focused(Page page) {
        return page.evaluate("() => document.activeElement.textContent").toString();
    }

    @Test
    void shouldGiveEveryControlAName() throws Exception {
        try (Chromium chromium = Chromium.start(false)) {
            Page page = chromium.page();
            for (String address : List.of("", "#/timeline/chain", "#/compare/chain")) {
                page.navigate(dashboard.address() + address);
                page.waitForSelector("main h1");
                Locator controls = page.locator("button, a, select, canvas, input");
                for (int i = 0; i < controls.count(); i++) {
                    Locator c = controls.nth(i);
                    String name = c.getAttribute("aria-label");
                    String text = c.textContent();
                    assertThat(name != null && !name.isBlank() || !text.isBlank())
                            .as(address + " control " + i)
                            .isTrue();
                }
            }
            assertThat(chromium.errors()).isEmpty();
        }
    }

    @Test
    void shouldShowWhatADeviceSaysAsTextOnly() throws Exception {
        String model = "<img src=x onerror=\"document.title='owned'\"><script>1</script>";
        BigTrace.write(folder.resolve("hostile.avro"), 500, 3, model);
        try (Chromium chromium = Chromium.start(false)) {
            Page page = chromium.page();
            page.navigate(dashboard.address());
            page.waitForSelector("tr:has-text('hostile') .badge");
            assertThat(page.textContent("table.list")).contains(model);
            page.navigate(dashboard.address() + "#/capture/hostile");
            page.waitForSelector(".facts");
            assertThat(page.textContent("main")).contains(model);
            assertThat(page.locator("main img, main script").count()).isZero();
            assertThat(page.title()).doesNotContain("owned");
            assertThat(chromium.errors()).isEmpty();
        }
    }
}
