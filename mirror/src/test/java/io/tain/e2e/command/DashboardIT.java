package io.tain.e2e.command;

import static org.assertj.core.api.Assertions.assertThat;

import io.tain.e2e.command.Chromium.Stroke;
import io.tain.e2e.fault.SettingsFile;
import io.tain.e2e.fault.TainProcess;
import io.tain.testkit.Await;
import io.tain.testkit.ClusterBuilder;
import io.tain.testkit.ClusterPair;
import io.tain.testkit.Direction;
import io.tain.testkit.EmbeddedCluster;
import io.tain.testkit.FaultProxy;
import io.tain.testkit.Workload;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.kafka.clients.admin.AlterConfigOp;
import org.apache.kafka.clients.admin.ConfigEntry;
import org.apache.kafka.common.config.ConfigResource;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The page of mirrors that run, as a browser shows it. Leaves pictures in target/images, or where dashboard.images says. */
final class DashboardIT {
    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final Duration SOON = Duration.ofSeconds(2);
    private static final Duration FULL = Duration.ofSeconds(60);
    private static final Pattern ADDRESS = Pattern.compile("admin server: (http://127\\.0\\.0\\.1:\\d+)");
    private static final String TOKEN = "0123456789abcdef0123456789abcdef";
    private static final Path IMAGES = Path.of(System.getProperty("dashboard.images", "target/images"));
    private static final int WIDE = 1280;
    private static final int NARROW = 400;
    private static final int HEIGHT = 1_040;

    private static ClusterPair clusters;
    private static Chromium browser;

    @TempDir
    private Path directory;

    @BeforeAll
    static void start() throws IOException {
        browser = new Chromium();
        clusters = ClusterPair.start(ClusterBuilder::proxied);
    }

    @AfterEach
    void heal() {
        proxy(clusters.source()).heal();
        proxy(clusters.target()).heal();
    }

    @AfterAll
    static void close() throws IOException {
        clusters.close();
        browser.close();
    }

    private static Workload load(String topic, int partitions) {
        return Workload.to(clusters.source().clientProperties(), topic, partitions)
                .open();
    }

    private static FaultProxy proxy(EmbeddedCluster cluster) {
        return cluster.proxy(cluster.nodeIds().get(0));
    }

    private TainProcess mirror(String name, String topics, Duration requestTimeout) throws IOException {
        Path token = Files.writeString(directory.resolve("token"), TOKEN);
        SettingsFile file = SettingsFile.link(clusters.source(), clusters.target(), name, topics)
                .set("link.name", name)
                .set("source.request.timeout.ms", requestTimeout.toMillis())
                .set("target.request.timeout.ms", requestTimeout.toMillis())
                .set("admin.token.file", token)
                .set("admin.listen", "127.0.0.1:0");
        return TainProcess.run(file.write(directory, name + ".properties"));
    }

    private static void open(TainProcess mirror) {
        Await.until("it listens", PATIENCE, () -> ADDRESS.matcher(mirror.err()).find());
        Matcher address = ADDRESS.matcher(mirror.err());
        assertThat(address.find()).isTrue();
        browser.resize(WIDE, HEIGHT, "light");
        browser.open(address.group(1) + "/");
    }

    private static void awaitHealth(String text) {
        browser.await(
                text + " is what the page says",
                "document.getElementById('health').innerText.includes('" + text + "')");
    }

    private static void press(Stroke... keys) {
        for (Stroke key : keys) {
            browser.press(key);
        }
    }

    private static void type(String id, String text) {
        browser.evaluate("(document.getElementById('" + id + "').value = '" + text + "', document.getElementById('" + id
                + "').dispatchEvent(new Event('input')))");
    }

    /** Keeps a picture, wide, and looks whether the page fits narrow screens, too. */
    private static void look(String name, String colors) throws IOException {
        browser.resize(WIDE, HEIGHT, colors);
        browser.screenshot(IMAGES.resolve("dashboard-" + name + ".png"));
        browser.resize(NARROW, HEIGHT, colors);
        assertThat(browser.evaluate("document.documentElement.scrollWidth <= innerWidth"))
                .as(name + " fits a narrow window")
                .isEqualTo("true");
        browser.resize(WIDE, HEIGHT, colors);
        assertThat(browser.barriers()).as(name).isEmpty();
    }

    /** For pictures to keep. */
    private static void fillPlots() {
        long began = System.nanoTime();
        try (Workload steady = Workload.to(clusters.source().clientProperties(), "orders", 4)
                .rate(5_000)
                .open()
                .start()) {
            Await.until(
                    "there is something to see",
                    PATIENCE.multipliedBy(2),
                    () -> System.nanoTime() - began > FULL.toNanos());
            assertThat(steady.isWriting()).isTrue();
        }
    }

    @Test
    void shouldShowAMirrorAndPauseIt() throws Exception {
        clusters.source().createTopic("orders", 4);
        clusters.source().createTopic("payments.eu", 2);
        try (Workload orders = load("orders", 4);
                Workload payments = load("payments.eu", 2);
                TainProcess mirror = mirror("east", "orders,payments.*", PATIENCE)) {
            // when it is opened
            open(mirror);
            orders.write(20_000);
            payments.write(5_000);

            // then it tells that all is well, and of what is there
            awaitHealth("Healthy");
            browser.awaitText("25,000 in all");
            browser.awaitText("payments.eu");
            assertThat(browser.evaluate("document.querySelectorAll('canvas').length"))
                    .isEqualTo("4");
            if (System.getProperty("dashboard.images") != null) {
                fillPlots();
            }
            look("steady", "light");

            // when a topic is paused, with another token and then the right one
            type("search", "pay");
            browser.awaitText("1 of 2");
            browser.evaluate("document.querySelector('#rows .small').click()");
            browser.awaitText("tain pause east --topics 'payments\\.eu' --admin 127.0.0.1:");
            type("token", "another");
            browser.evaluate("document.getElementById('order-do').click()");
            browser.awaitText("send the token of admin.token.file");
            type("token", TOKEN);
            browser.evaluate("document.getElementById('order-do').click()");

            // then it is, and the page says what to do
            awaitHealth("2 of 6 partitions paused");
            browser.awaitText("Needs attention");
            browser.awaitText("an operator");
            browser.evaluate("document.querySelector('#rows .name').click()");
            browser.awaitText("0: 2,500 of 2,500");
            browser.awaitText("east-0 on ");
            look("paused", "dark");
            browser.evaluate("document.querySelector('#rows .small').click()");
            browser.evaluate("document.getElementById('order-do').click()");
            awaitHealth("Healthy");

            // when a partition is moved, by the keyboard alone
            browser.await("nothing needs attention", "document.getElementById('attention').hidden");
            browser.evaluate("document.querySelector('#rows .name').focus()");
            press(Stroke.TAB, Stroke.TAB, Stroke.TAB, Stroke.ENTER);
            browser.awaitText("Move payments.eu-0?");
            look("move", "light");
            press(Stroke.DOWN, Stroke.DOWN, Stroke.TAB);
            browser.type("2400");
            browser.awaitText("tain seek east --partition payments.eu-0 --to-offset 2400 --admin 127.0.0.1:");
            press(Stroke.TAB, Stroke.TAB, Stroke.ENTER);

            // then it goes on there
            browser.awaitText("moved by an operator from 2500 to 2400");
            awaitHealth("Healthy");

            // when the mirror ends
            assertThat(mirror.term().awaitExit(PATIENCE)).isZero();

            // then the page does not go on as if nothing was
            awaitHealth("has not answered");
        }
        assertThat(browser.complaints())
                .as("but for the refused token, and for the mirror that has gone")
                .allMatch(complaint -> complaint.contains("401") || complaint.contains("ERR_"));
    }

    @Test
    void shouldShowWhereATroubleIs() throws Exception {
        clusters.source().createTopic("large", 2);
        clusters.target().createTopic("large", 2, Map.of("max.message.bytes", "20000"));
        try (Workload small = load("large", 2);
                Workload large = Workload.to(clusters.source().clientProperties(), "large", 2)
                        .valueBytes(50_000)
                        .open();
                TainProcess mirror = mirror("west", "large", SOON)) {
            open(mirror);
            small.write(100);
            awaitHealth("Healthy");

            // when, then
            proxy(clusters.source()).blackHole(Direction.TO_CLIENT);
            awaitHealth("Trouble with the source: 2 of 2 partitions waiting");
            look("source-down", "light");
            proxy(clusters.source()).heal();
            awaitHealth("Healthy");

            proxy(clusters.target()).blackHole(Direction.TO_CLIENT);
            small.write(100);
            awaitHealth("Trouble with the target: 2 of 2 partitions waiting");
            look("target-down", "dark");
            proxy(clusters.target()).heal();
            awaitHealth("Healthy");

            large.write(10);
            awaitHealth("2 of 2 partitions halted");
            browser.awaitText("the target refuses the record");
            browser.awaitText("HALTED");
            browser.awaitText("Try again");
            look("halted", "light");

            // when the limit is raised, and the button of the topic pressed
            ConfigResource topic = new ConfigResource(ConfigResource.Type.TOPIC, "large");
            ConfigEntry limit = new ConfigEntry("max.message.bytes", "200000");
            clusters.target()
                    .admin()
                    .incrementalAlterConfigs(Map.of(topic, List.of(new AlterConfigOp(limit, AlterConfigOp.OpType.SET))))
                    .all()
                    .get();
            browser.evaluate("document.querySelector('#rows .small').click()");
            browser.awaitText("tain seek west --topics 'large' --to-current --admin 127.0.0.1:");
            type("token", TOKEN);
            browser.evaluate("document.getElementById('order-do').click()");

            // then it goes on
            awaitHealth("Healthy");
            browser.awaitText("MOVED");
            assertThat(browser.complaints()).isEmpty();
        }
    }

    @Test
    void shouldShowHowAMirrorBegins() throws Exception {
        try (TainProcess mirror = mirror("north", "late.*", PATIENCE)) {
            open(mirror);
            awaitHealth("Nothing to copy");
            look("empty", "light");

            // when a topic appears while the target is silent
            proxy(clusters.target()).blackHole(Direction.TO_CLIENT);
            clusters.source().createTopic("late", 2);
            awaitHealth("Starting: 2 of 2 partitions not copied yet");
            look("starting", "light");
            proxy(clusters.target()).heal();
            awaitHealth("Healthy");

            // when there is much to copy
            proxy(clusters.target()).bandwidth(200_000);
            try (Workload load = load("late", 2)) {
                load.write(10_000);
                awaitHealth("Catching up");
                browser.awaitText("to go");
                look("catching-up", "light");
            }
            proxy(clusters.target()).heal();
            awaitHealth("Healthy");
            assertThat(browser.complaints()).isEmpty();
        }
    }
}
