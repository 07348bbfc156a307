package io.tain.cli;

import io.tain.admin.AdminServer;
import io.tain.admin.ServerInfo;
import io.tain.config.AdminConfig;
import io.tain.config.LinkConfig;
import io.tain.config.LinkOptions;
import io.tain.config.Links;
import io.tain.link.Extensions;
import io.tain.link.MirrorView;
import io.tain.link.Outcome;
import io.tain.link.StartFailure;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Runs a mirror on the calling thread until it ends. The first signal stops it, within its drain time; a second one ends
 * the process at once, and so does a mirror that does not stop in time.
 */
final class MirrorProcess {
    private static final Logger LOG = LoggerFactory.getLogger(MirrorProcess.class);
    private static final Duration STOP_GRACE = Duration.ofSeconds(10);
    private static final double LARGEST_SHARE_OF_HEAP = 0.6;

    private final List<LinkConfig> links;
    private final AdminConfig admin;
    private final Running running;
    private final Host host;
    private final Console console;
    private final AtomicInteger signal = new AtomicInteger();
    private final CountDownLatch ended = new CountDownLatch(1);
    private final Supervisor supervisor;

    MirrorProcess(Links links, Extensions extensions, Host host, Console console) {
        this.links = links.configs();
        this.admin = links.admin();
        this.running = host.mirrors().create(links.configs(), extensions);
        this.host = host;
        this.console = console;
        this.supervisor = new Supervisor(host.environment());
    }

    /**
     * @param outcome how the mirror ended
     * @param signal the signal that stopped it
     */
    record End(Outcome outcome, OptionalInt signal) {
        /** In words, for {@link #ended}. */
        String how() {
            return switch (outcome.kind()) {
                case STOPPED -> "stopped as asked";
                case HALTED -> "stopped as asked, while partitions were halted";
                case ABORTED -> "a record could not be copied";
                case FAILED -> "failed";
                case FAILED_OVER -> "the link has been failed over";
                case REPLACED -> "another process has its place in the group";
            };
        }
    }

    End run() throws StartFailure, InterruptedException {
        Logging.foldRepeats();
        warnOfHeap();
        host.signals().listen(this::onSignal);
        try {
            running.start();
            supervisor.ready();
            return mirror();
        } catch (StartFailure e) {
            if (received().isEmpty()) {
                throw e;
            }
            return new End(new Outcome(Outcome.Kind.STOPPED, Optional.empty()), received());
        } finally {
            ended.countDown();
        }
    }

    /** Records that were left out so far because the target would not take them. */
    long refusedRecords() {
        return running.view().stream()
                .flatMap(view -> view.status().stream())
                .mapToLong(link -> link.totals().refusedRecords())
                .sum();
    }

    /** The last line of the log: how a mirror that had started ended, and with which exit status. */
    static int ended(String how, int status) {
        LOG.info("ended: {}; exit status {}", how, status);
        return status;
    }

    private End mirror() throws InterruptedException {
        Optional<AdminServer> server = startAdminServer();
        try {
            return new End(running.await(), received());
        } finally {
            server.ifPresent(AdminServer::close);
        }
    }

    /** Records matter more than looking at them: what keeps the server from starting is only told. */
    private Optional<AdminServer> startAdminServer() {
        Optional<MirrorView> view = running.view();
        if (admin.listen().isEmpty() || view.isEmpty()) {
            return Optional.empty();
        }
        ServerInfo info = new ServerInfo(Version.ofTain(), Version.ofKafkaClients(), Instant.now());
        try {
            return Optional.of(AdminServer.start(admin, view.get(), info));
        } catch (IOException e) {
            console.warning("no admin server: " + LinkOptions.ADMIN_LISTEN.key() + " = " + e.getMessage()
                    + "; the mirror runs without it; set it to another host:port, or to off");
            return Optional.empty();
        }
    }

    private void onSignal(int number) {
        int status = ExitStatus.ofSignal(number);
        if (!signal.compareAndSet(0, number)) {
            console.error("second signal: stopped without waiting for acknowledgements");
            host.halt().accept(status);
            return;
        }
        LOG.info("signal {}: stopping; once more stops at once", number);
        supervisor.stopping();
        Thread limit = new Thread(() -> endAfter(stopLimit(), status), "tain-stop-limit");
        limit.setDaemon(true);
        limit.start();
        running.stop();
    }

    private void endAfter(Duration longest, int status) {
        try {
            if (!ended.await(longest.toMillis(), TimeUnit.MILLISECONDS)) {
                console.error("did not stop within " + longest.toSeconds() + " s: ended without waiting any longer");
                host.halt().accept(status);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private OptionalInt received() {
        int number = signal.get();
        return number == 0 ? OptionalInt.empty() : OptionalInt.of(number);
    }

    private Duration stopLimit() {
        return links.stream()
                .map(link -> link.tuning().intervals().drain())
                .max(Duration::compareTo)
                .orElse(Duration.ZERO)
                .plus(STOP_GRACE);
    }

    private void warnOfHeap() {
        long budget = links.stream()
                .mapToLong(link -> link.tuning().memoryBudgetBytes())
                .max()
                .orElse(0);
        long heap = Runtime.getRuntime().maxMemory();
        if (budget > heap * LARGEST_SHARE_OF_HEAP) {
            console.warning("memory.budget is " + mib(budget) + ", which a heap of " + mib(heap)
                    + " may not hold; raise the heap (KAFKA_HEAP_OPTS=-Xmx" + mebibytes(budget * 2)
                    + "m) or lower the budget");
        }
    }

    private static String mib(long bytes) {
        return mebibytes(bytes) + "MiB";
    }

    private static long mebibytes(long bytes) {
        return bytes >> 20;
    }
}
