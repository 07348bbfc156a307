package io.tain.e2e.command;

import static org.assertj.core.api.Assertions.assertThat;

import io.tain.e2e.fault.SettingsFile;
import io.tain.e2e.fault.TainProcess;
import io.tain.testkit.Await;
import io.tain.testkit.ClusterPair;
import io.tain.testkit.Workload;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The page of a mirror that runs, as a browser shows it. Leaves pictures in target/images. */
final class DashboardIT {
    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final Pattern ADDRESS = Pattern.compile("admin server: (http://127\\.0\\.0\\.1:\\d+)");
    private static final String TOKEN = "0123456789abcdef0123456789abcdef";
    private static final Path IMAGES = Path.of("target/images");

    @TempDir
    private Path directory;

    @Test
    void shouldShowALiveMirror() throws Exception {
        try (ClusterPair clusters = ClusterPair.start();
                Chromium browser = new Chromium()) {
            clusters.source().createTopic("orders", 4);
            clusters.source().createTopic("payments", 2);
            Path token = Files.writeString(directory.resolve("token"), TOKEN);
            SettingsFile file = SettingsFile.link(clusters.source(), clusters.target(), "page", "orders,payments")
                    .set("link.name", "east")
                    .set("admin.token.file", token)
                    .set("admin.listen", "127.0.0.1:0");
            try (Workload orders = Workload.to(clusters.source().clientProperties(), "orders", 4)
                            .open();
                    Workload payments = Workload.to(clusters.source().clientProperties(), "payments", 2)
                            .open();
                    TainProcess mirror = TainProcess.run(file.write(directory, "east.properties"))) {
                Await.until(
                        "it listens",
                        PATIENCE,
                        () -> ADDRESS.matcher(mirror.err()).find());
                Matcher address = ADDRESS.matcher(mirror.err());
                assertThat(address.find()).isTrue();
                browser.resize(1280, 900, "light");

                // when it is opened
                browser.open(address.group(1) + "/");
                orders.write(20_000);
                payments.write(5_000);

                // then it tells that all is well, and of what is there
                browser.awaitText("Healthy: 6 partitions");
                browser.awaitText("25,000 in all");
                browser.awaitText("payments");
                for (int i = 0; i < 5; i++) {
                    orders.write(10_000);
                }
                browser.awaitText("75,000 in all");
                assertThat(browser.evaluate("document.querySelectorAll('canvas').length"))
                        .contains("3");
                browser.screenshot(IMAGES.resolve("dashboard-light.png"));

                // when a topic is paused
                pause(address.group(1), token);

                // then it says so, and what to do
                browser.awaitText("2 of 6 partitions are paused");
                browser.awaitText("tain resume east --partition payments-0");
                browser.resize(1280, 900, "dark");
                browser.screenshot(IMAGES.resolve("dashboard-paused-dark.png"));
                browser.evaluate("(document.getElementById('search').value = 'ord', "
                        + "document.getElementById('search').dispatchEvent(new Event('input')))");
                browser.awaitText("1 of 2");
                browser.evaluate("document.querySelector('#rows button').click()");
                browser.awaitText("3: at ");
                browser.resize(400, 900, "light");
                assertThat(browser.evaluate("document.documentElement.scrollWidth <= 400"))
                        .contains("true");

                // when the mirror ends
                assertThat(mirror.term().awaitExit(PATIENCE)).isZero();

                // then it does not go on as if nothing was
                browser.awaitText("has not answered");
                assertThat(browser.complaints()).allMatch(complaint -> complaint.contains("ERR_"));
            }
        }
    }

    private static void pause(String address, Path token) {
        try (TainProcess pause = TainProcess.tain(
                "pause",
                "east",
                "--topics",
                "payments",
                "--admin",
                address.replace("http://", ""),
                "--execute",
                "--token-file",
                token.toString())) {
            assertThat(pause.awaitExit(PATIENCE)).as(pause.err()).isZero();
        }
    }
}
