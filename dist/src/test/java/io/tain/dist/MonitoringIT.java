package io.tain.dist;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.yaml.snakeyaml.LoaderOptions;
import org.yaml.snakeyaml.Yaml;
import org.yaml.snakeyaml.constructor.SafeConstructor;

/** The alerts and the dashboard, held against Prometheus's own tool where ./check has fetched it. */
class MonitoringIT {
    private static final Path DEPLOY = Path.of("../deploy").toAbsolutePath().normalize();
    private static final Path ALERTS = DEPLOY.resolve("prometheus/alerts.yml");

    @TempDir
    private Path folder;

    @Test
    void shouldAlertOnTroubleAndOnlyThen() throws Exception {
        assertThat(Shell.run(ALERTS.getParent(), promtool(), "check", "rules", "alerts.yml"))
                .contains("SUCCESS: " + rules().size() + " rules found");
        assertThat(Shell.run(ALERTS.getParent(), promtool(), "test", "rules", "alerts-test.yml"))
                .contains("SUCCESS");
    }

    @Test
    void shouldUseMetricsThatThereAre() throws Exception {
        String metrics = Files.readString(DEPLOY.resolveSibling("docs/admin-server.md"));
        String used = Files.readString(ALERTS)
                + Files.readString(ALERTS.resolveSibling("alerts-test.yml"))
                + Files.readString(DEPLOY.resolve("grafana/tain.json"));

        assertThat(Pattern.compile("\\btain_\\w+")
                        .matcher(used)
                        .results()
                        .map(name -> name.group().replaceFirst("_bucket$", "")))
                .hasSizeGreaterThan(20)
                .allSatisfy(name -> assertThat(metrics).contains("`" + name + "`"));
    }

    @Test
    void shouldHaveARunbookForEveryAlert() throws Exception {
        String manual = Files.readString(DEPLOY.resolveSibling("docs/operations.md"));
        List<String> headings = manual.lines()
                .filter(line -> line.startsWith("### "))
                .map(line -> line.substring(4).toLowerCase(Locale.ROOT).replace(' ', '-'))
                .toList();

        for (Object rule : rules()) {
            String name = String.valueOf(map(rule).get("alert"));
            String runbook = String.valueOf(map(map(rule).get("annotations")).get("runbook"));
            assertThat(manual).contains("| `" + name + "` |");
            assertThat(headings).as(name).contains(runbook.replace("docs/operations.md#", ""));
        }
    }

    @Test
    void shouldAskPrometheusWhatItUnderstands() throws Exception {
        List<String> expressions = new ArrayList<>();
        for (Object panel : list(map(read(DEPLOY.resolve("grafana/tain.json"))).get("panels"))) {
            list(map(panel).get("targets"))
                    .forEach(
                            target -> expressions.add(String.valueOf(map(target).get("expr"))));
        }
        assertThat(expressions).hasSizeGreaterThan(10);

        StringBuilder rules = new StringBuilder("groups:\n  - name: dashboard\n    rules:\n");
        for (int i = 0; i < expressions.size(); i++) {
            String expression =
                    expressions.get(i).replace("$__rate_interval", "1m").replace("$__range", "1h");
            rules.append("      - record: panel:")
                    .append(i)
                    .append("\n        expr: '")
                    .append(expression)
                    .append("'\n");
        }
        Path file = Files.writeString(folder.resolve("panels.yml"), rules);

        assertThat(Shell.run(folder, promtool(), "check", "rules", "--lint=none", file.toString()))
                .contains("SUCCESS: " + expressions.size() + " rules found");
    }

    private static String promtool() {
        List<Path> places = List.of(Path.of("target/tools/usr/bin/promtool"), Path.of("/usr/bin/promtool"));
        Stream<Path> there = places.stream().filter(Files::isExecutable);
        List<Path> found = there.map(Path::toAbsolutePath).toList();
        assumeTrue(!found.isEmpty(), "promtool is not here; ./check fetches it");
        return found.get(0).toString();
    }

    private static List<?> rules() throws Exception {
        return list(map(list(map(read(ALERTS)).get("groups")).get(0)).get("rules"));
    }

    private static Object read(Path file) throws Exception {
        return new Yaml(new SafeConstructor(new LoaderOptions())).load(Files.readString(file));
    }

    private static Map<?, ?> map(Object value) {
        return (Map<?, ?>) value;
    }

    private static List<?> list(Object value) {
        return (List<?>) value;
    }
}
