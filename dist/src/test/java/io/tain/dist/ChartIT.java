package io.tain.dist;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.marcnuri.helm.Helm;
import com.marcnuri.helm.LintResult;
import com.marcnuri.helm.TemplateCommand;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.yaml.snakeyaml.LoaderOptions;
import org.yaml.snakeyaml.Yaml;
import org.yaml.snakeyaml.constructor.SafeConstructor;

/** What Helm itself, as a library, says of the chart and makes of it. No cluster has seen it. */
class ChartIT {
    private static final Path CHART =
            Path.of("../deploy/helm/tain").toAbsolutePath().normalize();

    @TempDir
    private Path folder;

    @Test
    void shouldPassHelmsLint() {
        LintResult result = new Helm(CHART).lint().strict().quiet().call();

        assertThat(result.isFailed()).as(result.getMessages().toString()).isFalse();
    }

    @Test
    void shouldRunPodsAsStaticMembersThatHelpersLookAfter() {
        Map<String, Rendered> all = render(template());

        assertThat(all.keySet())
                .containsExactlyInAnyOrder("Secret", "Service", "ServiceAccount", "StatefulSet", "PodDisruptionBudget");
        assertThat(all.get("Secret").text("stringData", "orders.properties"))
                .contains(
                        "topics.include=orders\n",
                        "source.group.instance.id=${env:POD_NAME}-orders\n",
                        "admin.listen=0.0.0.0:8181\n",
                        "admin.hosts=eu-tain,${env:POD_NAME}.eu-tain,eu-tain.mirrors,",
                        ",${env:POD_NAME}.eu-tain.mirrors.svc.cluster.local\n");
        Rendered set = all.get("StatefulSet");
        assertThat(set.at("spec", "replicas")).isEqualTo(2);
        Rendered pod = set.in("spec", "template", "spec");
        assertThat(pod.at("terminationGracePeriodSeconds")).isEqualTo(60);
        assertThat(pod.at("securityContext", "runAsNonRoot")).isEqualTo(true);
        Rendered container = pod.in("containers", "0");
        assertThat(container.at("securityContext", "readOnlyRootFilesystem")).isEqualTo(true);
        assertThat(container.at("securityContext", "capabilities", "drop")).isEqualTo(List.of("ALL"));
        assertThat(container.at("livenessProbe", "httpGet", "path")).isEqualTo("/livez");
        assertThat(container.at("readinessProbe", "httpGet", "path")).isEqualTo("/readyz");
        assertThat(container.at("ports", "0", "containerPort")).isEqualTo(8181);
        assertThat(container.text("args")).contains("run", "/etc/tain/orders.properties");
        assertThat(all.get("PodDisruptionBudget").at("spec", "selector", "matchLabels"))
                .isEqualTo(set.at("spec", "selector", "matchLabels"))
                .isEqualTo(all.get("Service").at("spec", "selector"));
        assertThat(all.get("Secret").at("metadata", "name")).isEqualTo(pod.at("volumes", "0", "secret", "secretName"));
    }

    @Test
    void shouldRenderWhatIsOnlyThereOnRequest() {
        Map<String, Rendered> all = render(template()
                .set("serviceMonitor.create", "true")
                .set("keda.create", "true")
                .set("keda.authenticationRef", "kafka"));

        assertThat(all.get("ServiceMonitor").at("spec", "endpoints", "0", "path"))
                .isEqualTo("/metrics");
        assertThat(all.get("ServiceMonitor").at("spec", "endpoints", "0", "port"))
                .isEqualTo(all.get("Service").at("spec", "ports", "0", "name"));
        assertThat(all.get("ScaledObject").at("spec", "scaleTargetRef", "name"))
                .isEqualTo(all.get("StatefulSet").at("metadata", "name"));
        assertThat(all.get("ScaledObject").at("spec", "triggers", "0", "metadata", "excludePersistentLag"))
                .isEqualTo("true");
        assertThat(all.get("StatefulSet").at("spec", "replicas"))
                .as("is the scaler's")
                .isNull();
    }

    @Test
    void shouldTakeALinkFromAFileAndKeepItsMember() throws Exception {
        Path link = Files.writeString(
                folder.resolve("a.properties"),
                "group.id=g\nsource.group.instance.id=mine\nadmin.listen=0.0.0.0:8181\nadmin.hosts=b\ntopics.include=a{1,2}\n");

        Map<String, Rendered> all = render(template().setFile("links.a\\.properties", link));

        assertThat(all.get("Secret").text("stringData", "a.properties"))
                .isEqualTo(
                        "group.id=g\nsource.group.instance.id=mine\nadmin.listen=0.0.0.0:8181\nadmin.hosts=b\ntopics.include=a{1,2}\n");
        assertThat(all.get("StatefulSet")
                        .in("spec", "template", "spec", "containers", "0")
                        .text("args"))
                .contains("/etc/tain/a.properties", "/etc/tain/orders.properties");
    }

    @Test
    void shouldUseASecretThatIsThere() {
        Map<String, Rendered> all =
                render(template().set("existingSecret.name", "mine").set("existingSecret.files[0]", "x.properties"));

        assertThat(all).doesNotContainKey("Secret");
        Rendered pod = all.get("StatefulSet").in("spec", "template", "spec");
        assertThat(pod.at("volumes", "0", "secret", "secretName")).isEqualTo("mine");
        assertThat(pod.in("containers", "0").text("args"))
                .contains("/etc/tain/x.properties")
                .doesNotContain("orders");
    }

    @Test
    void shouldRefuseToMirrorNothing() {
        assertThatThrownBy(() -> template().set("links", "null").call()).hasMessageContaining("links is empty");
    }

    private static TemplateCommand template() {
        return new Helm(CHART)
                .template()
                .withName("eu")
                .withNamespace("mirrors")
                .withKubeVersion("1.30.0");
    }

    /** Objects by their kind. */
    private static Map<String, Rendered> render(TemplateCommand template) {
        Map<String, Rendered> all = new LinkedHashMap<>();
        Iterator<Object> documents = new Yaml(new SafeConstructor(new LoaderOptions()))
                .loadAll(template.call())
                .iterator();
        while (documents.hasNext()) {
            Object document = documents.next();
            if (document != null) {
                Rendered rendered = new Rendered(document);
                all.put(rendered.text("kind"), rendered);
            }
        }
        return all;
    }

    /** A part of an object. */
    private record Rendered(Object value) {
        Object at(String... path) {
            Object found = value;
            for (String step : path) {
                if (found instanceof List<?> list) {
                    found = list.get(Integer.parseInt(step));
                } else {
                    found = ((Map<?, ?>) found).get(step);
                }
            }
            return found;
        }

        Rendered in(String... path) {
            return new Rendered(at(path));
        }

        String text(String... path) {
            return String.valueOf(at(path));
        }
    }
}
