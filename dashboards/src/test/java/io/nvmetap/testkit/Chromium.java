package io.nvmetap.testkit;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.microsoft.playwright.Browser;
import com.microsoft.playwright.BrowserType;
import com.microsoft.playwright.CDPSession;
import com.microsoft.playwright.ConsoleMessage;
import com.microsoft.playwright.Page;
import com.microsoft.playwright.Playwright;
import com.microsoft.playwright.options.ColorScheme;
import io.nvmetap.rig.ToolSet;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * A real Chromium from the rig, with one page. Everything the page says on its console as an error,
 * a violation of the content security policy among it, is kept.
 */
public final class Chromium implements AutoCloseable {
    /** Where pictures go: they are output of the build, to be looked at. */
    public static final Path SCREENSHOTS = Path.of("target", "screenshots");

    private static final int WIDTH = 1440;
    private static final int HEIGHT = 900;
    private static final double PATIENCE_MS = 30_000;

    /** No sandbox, for the build may be root; no GPU; nothing goes out to the network by itself. */
    private static final List<String> FLAGS =
            List.of(
                    "--no-sandbox",
                    "--disable-gpu",
                    "--disable-background-networking",
                    "--disable-component-update",
                    "--disable-default-apps",
                    "--disable-sync",
                    "--no-first-run");

    private final Playwright playwright;
    private final Browser browser;
    private final Page page;
    private final List<String> errors = new ArrayList<>();

    private Chromium(Path program, boolean dark) {
        playwright =
                Playwright.create(
                        new Playwright.CreateOptions()
                                .setEnv(Map.of("PLAYWRIGHT_SKIP_BROWSER_DOWNLOAD", "1")));
        browser =
                playwright
                        .chromium()
                        .launch(
                                new BrowserType.LaunchOptions()
                                        .setExecutablePath(program)
                                        .setArgs(FLAGS));
        page =
                browser.newPage(
                        new Browser.NewPageOptions()
                                .setViewportSize(WIDTH, HEIGHT)
                                .setColorScheme(dark ? ColorScheme.DARK : ColorScheme.LIGHT));
        page.setDefaultTimeout(PATIENCE_MS);
        page.onConsoleMessage(this::said);
        page.onPageError(errors::add);
    }

    /** Starts it; without one the test is skipped, and fails where CI=true. */
    public static Chromium start(boolean dark) throws IOException {
        Chromium c = new Chromium(RealTool.require(ToolSet.CHROMIUM, "chromium"), dark);
        Files.createDirectories(SCREENSHOTS);
        return c;
    }

    private void said(ConsoleMessage m) {
        if (m.type().equals("error") || m.type().equals("warning")) {
            errors.add(m.type() + ": " + m.text() + " " + m.location());
        }
    }

    /** The page. */
    public Page page() {
        return page;
    }

    /** Errors and warnings so far. */
    public List<String> errors() {
        return errors;
    }

    /** Keeps a picture of what is seen. */
    public void picture(String name) {
        picture(name, false);
    }

    /**
     * Keeps a picture.
     *
     * @param whole also of what one would have to scroll to
     */
    public void picture(String name, boolean whole) {
        page.screenshot(
                new Page.ScreenshotOptions()
                        .setPath(SCREENSHOTS.resolve(name + ".png"))
                        .setFullPage(whole));
    }

    /** Bytes that the page's scripts hold, after what can go went. */
    public long heapBytes() {
        CDPSession session = page.context().newCDPSession(page);
        session.send("HeapProfiler.collectGarbage");
        long used =
                session.send("Runtime.getHeapUsage").get("usedSize").getAsLong()
                        + session.send("Runtime.getHeapUsage")
                                .get("backingStorageSize")
                                .getAsLong();
        session.detach();
        return used;
    }

    /** Memory of the largest process that draws pages, in bytes: scripts, pictures, everything. */
    public long rendererBytes() {
        CDPSession session = browser.newBrowserCDPSession();
        JsonArray processes =
                session.send("SystemInfo.getProcessInfo").getAsJsonArray("processInfo");
        session.detach();
        long most = -1;
        for (JsonElement p : processes) {
            if (p.getAsJsonObject().get("type").getAsString().equals("renderer")) {
                most = Math.max(most, residentBytes(p.getAsJsonObject().get("id").getAsLong()));
            }
        }
        return most;
    }

    private static long residentBytes(long pid) {
        try {
            for (String line : Files.readAllLines(Path.of("/proc/" + pid + "/status"))) {
                if (line.startsWith("VmRSS:")) {
                    return Long.parseLong(line.replaceAll("\\D", "")) * 1024;
                }
            }
        } catch (IOException gone) {
            return -1;
        }
        return -1;
    }

    @Override
    public void close() {
        browser.close();
        playwright.close();
    }
}
