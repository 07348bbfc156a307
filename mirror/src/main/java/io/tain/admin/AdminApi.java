package io.tain.admin;

import io.tain.config.AdminConfig;
import io.tain.link.Event;
import io.tain.link.LinkStatus;
import io.tain.link.MirrorView;
import io.tain.link.MoveOrder;
import io.tain.link.MoveOrder.Where;
import io.tain.link.Order;
import io.tain.link.PauseOrder;
import java.net.InetAddress;
import java.net.URLDecoder;
import java.net.UnknownHostException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.kafka.common.TopicPartition;
import org.apache.logging.log4j.Level;
import org.apache.logging.log4j.core.config.Configurator;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Answers requests, from what the mirror tells at that moment. Any thread may call; it keeps nothing. */
final class AdminApi {
    static final String STREAM = "/api/v1/stream";

    private static final Logger AUDIT = LoggerFactory.getLogger("io.tain.audit");
    private static final String NAME = "([A-Za-z0-9._-]{1,249})";
    private static final Pattern LINK = Pattern.compile("/api/v1/links/" + NAME);
    private static final Pattern PARTITIONS = Pattern.compile("/api/v1/links/" + NAME + "/partitions");
    private static final Pattern TOPICS = Pattern.compile("/api/v1/links/" + NAME + "/topics");
    private static final Pattern ORDER = Pattern.compile("/api/v1/links/" + NAME + "(?:/partitions/" + NAME
            + "-(\\d{1,9}):(pause|resume|seek|skip)|:(pause|resume))");
    private static final Pattern TO = Pattern.compile("to=([^&=]{1,64})");
    private static final Pattern RECORDS = Pattern.compile("records=(\\d{1,18})");
    private static final Pattern LOGGER = Pattern.compile("/api/v1/loggers/([A-Za-z0-9_.$]{1,249})");
    private static final Pattern LEVEL = Pattern.compile("level=(OFF|ERROR|WARN|INFO|DEBUG|TRACE)");
    private static final Set<String> LEVEL_METHODS = Set.of("PUT", "POST");
    private static final String HOST = hostName();
    private static final String BEARER = "Bearer ";

    private final MirrorView mirror;
    private final AdminConfig config;
    private final ServerInfo info;

    AdminApi(MirrorView mirror, AdminConfig config, ServerInfo info) {
        this.mirror = mirror;
        this.config = config;
        this.info = info;
    }

    Answer answer(Request request) {
        Matcher order = ORDER.matcher(request.path());
        if (order.matches()) {
            return request.method().equals("POST") ? order(request, order) : notAllowed("POST");
        }
        Matcher logger = LOGGER.matcher(request.path());
        if (logger.matches()) {
            return LEVEL_METHODS.contains(request.method())
                    ? level(request, logger.group(1))
                    : notAllowed("PUT or POST");
        }
        if (!request.method().equals("GET")) {
            return notAllowed("GET");
        }
        return switch (request.path()) {
            case "/livez", "/healthz" -> live();
            case "/readyz" -> ready(request.query().equals("verbose"));
            case "/metrics" ->
                new Answer(
                        200, MetricsText.CONTENT_TYPE, MetricsText.of(info, mirror.status(), mirror.clientMetrics()));
            case "/api/v1/openapi.yaml" ->
                new Answer(200, "application/yaml", StaticFiles.read("/io/tain/admin/openapi.yaml"));
            case "/api/v1/info" -> Answer.json(200, info());
            case "/api/v1/links" ->
                Answer.json(
                        200,
                        Map.of(
                                "links",
                                mirror.status().stream().map(StatusJson::link).toList()));
            case "/api/v1/events" -> Answer.json(200, Map.of("events", events()));
            case "/api/v1/config" -> Answer.json(200, Map.of("links", settings()));
            default -> StaticFiles.answer(request.path()).orElseGet(() -> link(request.path()));
        };
    }

    private static Answer notAllowed(String method) {
        return Answer.error(405, "only " + method + " is answered here");
    }

    /** Whether the threads go round; never whether a cluster answers, or its outage would have every mirror restarted. */
    private Answer live() {
        List<String> stuck = mirror.stuckThreads();
        return stuck.isEmpty()
                ? Answer.text(200, "ok\n")
                : Answer.text(503, "stuck: " + String.join(", ", stuck) + "\n");
    }

    private Answer ready(boolean verbose) {
        List<LinkStatus> links = mirror.status();
        boolean ready = mirror.stuckThreads().isEmpty()
                && links.stream().allMatch(link -> link.load().joined());
        StringBuilder text = new StringBuilder();
        if (verbose) {
            for (LinkStatus link : links) {
                boolean joined = link.load().joined();
                text.append(joined ? "[+] " : "[-] ").append(link.link());
                text.append(joined ? " is a member of its group, " : " is not a member of its group yet, ");
                text.append(StatusJson.states(link)).append('\n');
            }
            mirror.stuckThreads()
                    .forEach(thread -> text.append("[-] ").append(thread).append(" is stuck\n"));
        }
        return Answer.text(ready ? 200 : 503, text + (ready ? "ok\n" : "not ready\n"));
    }

    private Map<String, Object> info() {
        Map<String, Object> fields = new LinkedHashMap<>();
        fields.put("version", info.version());
        fields.put("kafkaClients", info.kafkaClients());
        fields.put("java", System.getProperty("java.version"));
        fields.put("host", HOST);
        fields.put("started", info.started());
        fields.put("links", mirror.status().stream().map(LinkStatus::link).toList());
        fields.put("changesAllowed", config.token().isPresent());
        return fields;
    }

    private static String hostName() {
        try {
            return InetAddress.getLocalHost().getHostName();
        } catch (UnknownHostException e) {
            return "unknown";
        }
    }

    private List<Object> events() {
        List<Object> events = new ArrayList<>();
        for (Event event : mirror.events()) {
            events.add(StatusJson.event(event));
        }
        return events;
    }

    private List<Object> settings() {
        List<Object> links = new ArrayList<>();
        for (LinkStatus link : mirror.status()) {
            Map<String, Object> fields = new LinkedHashMap<>();
            fields.put("link", link.link());
            fields.put(
                    "settings",
                    config.settings().getOrDefault(link.link(), List.of()).stream()
                            .map(StatusJson::setting)
                            .toList());
            links.add(fields);
        }
        return links;
    }

    private Optional<LinkStatus> find(String name) {
        return mirror.status().stream().filter(link -> link.link().equals(name)).findFirst();
    }

    private Answer link(String path) {
        Matcher one = LINK.matcher(path);
        if (one.matches()) {
            return find(one.group(1))
                    .map(link -> Answer.json(200, StatusJson.link(link)))
                    .orElseGet(() -> noLink(one.group(1)));
        }
        Matcher partitions = PARTITIONS.matcher(path);
        if (partitions.matches()) {
            return find(partitions.group(1))
                    .map(link -> Answer.json(
                            200, new TreeMap<>(Map.of("host", HOST, "partitions", StatusJson.partitions(link)))))
                    .orElseGet(() -> noLink(partitions.group(1)));
        }
        Matcher topics = TOPICS.matcher(path);
        if (topics.matches()) {
            return find(topics.group(1))
                    .map(link -> Answer.json(200, Map.of("topics", StatusJson.topics(link))))
                    .orElseGet(() -> noLink(topics.group(1)));
        }
        return Answer.error(404, "there is nothing here; /api/v1/openapi.yaml tells what there is");
    }

    private static Answer noLink(String name) {
        return Answer.error(404, "there is no link " + name);
    }

    /** Why nothing may be changed, if so. */
    private Optional<Answer> refusal(Request request) {
        if (config.token().isEmpty()) {
            return Optional.of(Answer.error(403, "changes are not allowed; set admin.token.file to allow them"));
        }
        String credentials = request.authorization().orElse("");
        if (!credentials.startsWith(BEARER)
                || !config.token()
                        .get()
                        .matches(credentials.substring(BEARER.length()).strip())) {
            AUDIT.warn("{} from {} refused: no or another token", request.path(), request.from());
            return Optional.of(Answer.error(401, "send the token of admin.token.file: Authorization: Bearer TOKEN"));
        }
        return Optional.empty();
    }

    private Answer level(Request request, String logger) {
        Optional<Answer> refusal = refusal(request);
        if (refusal.isPresent()) {
            return refusal.get();
        }
        Matcher level = LEVEL.matcher(request.query());
        if (!level.matches()) {
            return Answer.error(400, "say ?level=OFF, ERROR, WARN, INFO, DEBUG or TRACE");
        }
        Configurator.setLevel(logger.equals("root") ? "" : logger, Level.valueOf(level.group(1)));
        AUDIT.info("level {} of logger {} from {}", level.group(1), logger, request.from());
        return Answer.json(200, Map.of("logger", logger, "level", level.group(1)));
    }

    private Answer order(Request request, Matcher path) {
        Optional<Answer> refusal = refusal(request);
        if (refusal.isPresent()) {
            return refusal.get();
        }
        String name = path.group(1);
        Optional<LinkStatus> link = find(name);
        if (link.isEmpty()) {
            return noLink(name);
        }
        Optional<TopicPartition> partition = Optional.ofNullable(path.group(2))
                .map(topic -> new TopicPartition(topic, Integer.parseInt(path.group(3))));
        boolean owned = partition.isEmpty()
                || link.get().partitions().stream().anyMatch(p -> p.partition().equals(partition.get()));
        if (!owned) {
            return Answer.error(404, "this process does not own " + partition.get() + " of link " + name);
        }
        String action = path.group(4) == null ? path.group(5) : path.group(4);
        Order order;
        String to = "";
        if (action.equals("seek") || action.equals("skip")) {
            Optional<Where> where = where(request.query(), action);
            if (where.isEmpty()) {
                return Answer.error(
                        400,
                        action.equals("skip")
                                ? "say ?records=N or ?to=OFFSET"
                                : "say ?to=OFFSET, earliest, latest, current, or a time such as 2026-01-31T12:00:00Z");
            }
            to = " to " + where.get();
            order = new MoveOrder(
                    partition.orElseThrow(), MoveOrder.Action.valueOf(action.toUpperCase(Locale.ROOT)), where.get());
        } else {
            order = new PauseOrder(PauseOrder.Action.valueOf(action.toUpperCase(Locale.ROOT)), partition);
        }
        mirror.take(name, order);
        AUDIT.info(
                "{} {} of link {}{} from {}",
                action,
                partition.map(Object::toString).orElse("all"),
                name,
                to,
                request.from());
        Map<String, Object> fields = new LinkedHashMap<>();
        fields.put("link", name);
        fields.put("partition", partition);
        fields.put("action", action);
        return Answer.json(202, fields);
    }

    private static Optional<Where> where(String query, String action) {
        Matcher to = TO.matcher(query);
        if (to.matches()) {
            Optional<Where> where = Where.parse(URLDecoder.decode(to.group(1), StandardCharsets.UTF_8));
            return action.equals("skip") ? where.filter(place -> place.kind() == Where.Kind.OFFSET) : where;
        }
        Matcher records = RECORDS.matcher(query);
        return action.equals("skip") && records.matches()
                ? Optional.of(new Where(Where.Kind.FORWARD, Long.parseLong(records.group(1))))
                : Optional.empty();
    }
}
