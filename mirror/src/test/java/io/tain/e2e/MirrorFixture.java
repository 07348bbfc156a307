package io.tain.e2e;

import io.tain.batch.RecordHandler;
import io.tain.config.InvalidConfigException;
import io.tain.config.LinkConfig;
import io.tain.config.LinkFiles;
import io.tain.config.OnRefused;
import io.tain.config.TargetConfig;
import io.tain.link.Extensions;
import io.tain.link.Mirror;
import io.tain.link.StartFailure;
import io.tain.testkit.Cluster;
import io.tain.testkit.ClusterPair;
import java.io.IOException;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Collects the settings of one link, reads them as {@code tain run} reads a properties file, and starts a real mirror in
 * this process. Commits and looks for new topics more often than the defaults, so that tests need not wait. Not
 * thread-safe.
 */
public final class MirrorFixture {
    private static final AtomicInteger LINKS = new AtomicInteger();

    private final Cluster source;
    private final Properties settings = new Properties();
    private Optional<RecordHandler> handler = Optional.empty();
    private Optional<OnRefused> onRefused = Optional.empty();

    private MirrorFixture(Cluster source, Map<String, Object> sourceClient, Map<String, Object> targetClient) {
        this.source = source;
        String name = "link-" + LINKS.incrementAndGet();
        set("link.name", name);
        set("group.id", "group-of-" + name);
        set("offset.commit.interval.ms", "200");
        set("metadata.refresh.interval", "500ms");
        set("shutdown.timeout", "10s");
        set("restart.backoff", "off"); // a failure is to end the mirror, and the test to see it
        set("source.fetch.max.wait.ms", "100");
        sourceClient.forEach((key, value) -> set("source." + key, value));
        targetClient.forEach((key, value) -> set("target." + key, value));
    }

    /** A link with a group of its own, from the pair's source to its target. */
    public static MirrorFixture between(ClusterPair pair) {
        return between(pair.source(), pair.target());
    }

    /** A link with a group of its own, through the clusters' proxies if they have any. */
    public static MirrorFixture between(Cluster source, Cluster target) {
        return between(source, source.clientProperties(), target.clientProperties());
    }

    /** A link that connects with these client settings; {@code source} is asked for offsets by the test. */
    public static MirrorFixture between(
            Cluster source, Map<String, Object> sourceClient, Map<String, Object> targetClient) {
        return new MirrorFixture(source, sourceClient, targetClient);
    }

    /** What to mirror, as {@code topics.include} takes it. */
    public MirrorFixture topics(String include) {
        return set("topics.include", include);
    }

    public MirrorFixture group(String id) {
        return set("group.id", id);
    }

    /** Any line of the properties file; the last value of a key counts. */
    public MirrorFixture set(String key, Object value) {
        settings.setProperty(key, String.valueOf(value));
        return this;
    }

    /** Leaves a line out again, so that the default counts. */
    public MirrorFixture unset(String key) {
        settings.remove(key);
        return this;
    }

    public MirrorFixture handler(RecordHandler code) {
        handler = Optional.of(code);
        return set("delivery", "at-least-once");
    }

    /** Overrides {@code on.refused}, for what only MirrorMaker's command line can ask for. */
    public MirrorFixture onRefused(OnRefused reaction) {
        onRefused = Optional.of(reaction);
        return set("delivery", "at-least-once");
    }

    /** The text of the link's properties file, for a mirror in a process of its own. */
    public String text() {
        try {
            StringWriter text = new StringWriter();
            settings.store(text, null);
            return text.toString();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The link as the properties file describes it; a test's own mistakes in it fail the test. */
    public LinkConfig config() {
        try {
            Path file = Files.createTempFile("link", ".properties");
            try {
                Files.writeString(file, text());
                return overridden(
                        LinkFiles.read(List.of(file), Map.of()).configs().get(0));
            } finally {
                Files.delete(file);
            }
        } catch (InvalidConfigException e) {
            throw new IllegalArgumentException("The link's settings are wrong: " + e.getMessage(), e);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private LinkConfig overridden(LinkConfig link) {
        TargetConfig target = link.target();
        return new LinkConfig(
                link.name(),
                link.groupId(),
                link.topics(),
                link.source(),
                new TargetConfig(
                        target.client(),
                        target.guarantees(),
                        target.compression(),
                        target.maxRequestSize(),
                        target.deliveryTimeout(),
                        onRefused.orElse(target.onRefused())),
                link.tuning(),
                link.state(),
                link.groups());
    }

    /** Starts a mirror of this link; close it to stop it. */
    public RunningMirror start() throws StartFailure {
        LinkConfig config = config();
        Mirror mirror = new Mirror(List.of(config), new Extensions(handler, Optional.empty()));
        mirror.start();
        return new RunningMirror(mirror, config.groupId(), source.admin());
    }
}
