package io.tain.admin;

import java.util.Optional;

/**
 * What was asked, of which only this much counts.
 *
 * @param method such as GET
 * @param path without the query
 * @param query what stands behind the question mark; empty text if there is none
 * @param authorization the header of that name
 * @param from who asks, for the audit log
 */
record Request(String method, String path, String query, Optional<String> authorization, String from) {}
