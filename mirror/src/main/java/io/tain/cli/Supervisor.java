package io.tain.cli;

import java.io.IOException;
import java.util.List;
import java.util.Map;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What systemd is told about this process, if it has started it and wants to know ({@code Type=notify}). Java 17 has no
 * datagram sockets of this kind, so systemd's own command speaks; the unit needs {@code NotifyAccess=all}.
 */
final class Supervisor {
    private static final Logger LOG = LoggerFactory.getLogger(Supervisor.class);
    private static final String SOCKET = "NOTIFY_SOCKET";

    private final boolean listens;

    Supervisor(Map<String, String> environment) {
        this.listens = !environment.getOrDefault(SOCKET, "").isEmpty();
    }

    /** The mirror has started. */
    void ready() {
        tell("READY=1", "STATUS=mirroring");
    }

    /** The mirror was told to stop and drains. */
    void stopping() {
        tell("STOPPING=1", "STATUS=draining");
    }

    private void tell(String... state) {
        if (!listens) {
            return;
        }
        ProcessBuilder command = new ProcessBuilder("systemd-notify");
        command.command().addAll(List.of(state));
        try {
            command.redirectErrorStream(true)
                    .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                    .start();
        } catch (IOException e) {
            LOG.warn("{} is set, but systemd cannot be told {}: {}", SOCKET, state[0], e.getMessage());
        }
    }
}
