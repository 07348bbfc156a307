package io.tain.admin;

import java.util.HashSet;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * Tells whom a browser may be speaking for. A web page of anybody's can have a browser ask 127.0.0.1, or point a name of its
 * own at it (DNS rebinding); a request that names a host that is no address, and not ours, is refused.
 */
final class Gate {
    private static final Pattern ADDRESS = Pattern.compile("\\d{1,3}(?:\\.\\d{1,3}){3}|\\[[0-9a-f:.]+]");
    private static final Pattern PORT = Pattern.compile(":\\d{1,5}$");

    private final Set<String> names;

    /**
     * @param host the host that the operator has us listen on
     * @param hosts more of our names, in lower case
     */
    Gate(String host, Set<String> hosts) {
        Set<String> all = new HashSet<>(hosts);
        all.add("localhost");
        all.add(host.toLowerCase(Locale.ROOT));
        this.names = Set.copyOf(all);
    }

    /**
     * Why a request is refused, if it is.
     *
     * @param host its header of that name
     * @param origin its header of that name
     */
    Optional<String> refusal(Optional<String> host, Optional<String> origin) {
        if (host.isEmpty()) {
            return Optional.of("no Host header");
        }
        if (!isOurs(host.get())) {
            return Optional.of("this is not host " + host.get()
                    + "; ask it by address, by the name in admin.listen, or add the name to admin.hosts");
        }
        boolean sameOrigin = origin.isEmpty()
                || origin.get()
                        .toLowerCase(Locale.ROOT)
                        .equals("http://" + host.get().toLowerCase(Locale.ROOT));
        return sameOrigin ? Optional.empty() : Optional.of("asked by a page of " + origin.get());
    }

    private boolean isOurs(String host) {
        String name = PORT.matcher(host.strip().toLowerCase(Locale.ROOT)).replaceFirst("");
        return ADDRESS.matcher(name).matches() || names.contains(name);
    }
}
