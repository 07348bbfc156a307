package io.tain.config;

import java.util.List;

/**
 * What was read, without errors.
 *
 * @param configs the links of one process
 * @param admin the process's admin server
 * @param warnings what the operator should know all the same
 */
public record Links(List<LinkConfig> configs, AdminConfig admin, List<Problem> warnings) {
    public Links {
        configs = List.copyOf(configs);
        warnings = List.copyOf(warnings);
    }

    static Links of(List<LinkConfig> configs, AdminConfig admin, Problems problems) throws InvalidConfigException {
        if (problems.hasErrors()) {
            throw new InvalidConfigException(problems);
        }
        return new Links(configs, admin, problems.warnings());
    }
}
