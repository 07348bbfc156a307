package io.tain.link;

import java.util.function.Consumer;

/**
 * Where the threads of a link tell what their operator must know. Any thread may.
 *
 * @param events what happened to partitions
 * @param onFatal told when the link can't go on
 */
record LinkReports(EventLog events, Consumer<Outcome> onFatal) {}
