package io.tain.cli;

import io.tain.cli.AdminClient.AdminFailure;
import java.util.concurrent.Callable;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** What the commands share that tell what a running mirror's admin server says at a path. */
@SuppressWarnings("UnusedVariable") // picocli reads the annotations
abstract class AdminQuery implements Callable<Integer> {
    @Mixin
    private HelpOption help;

    @Mixin
    private AdminClient admin = new AdminClient();

    @Option(names = "--json", description = "The admin server's answer as it is.")
    private boolean json;

    private final Console console;
    private final String path;

    AdminQuery(Console console, String path) {
        this.console = console;
        this.path = path;
    }

    Console console() {
        return console;
    }

    AdminClient admin() {
        return admin;
    }

    boolean isJson() {
        return json;
    }

    @Override
    public Integer call() throws InterruptedException {
        try {
            return tell();
        } catch (AdminFailure e) {
            console.error(e.getMessage());
            return ExitStatus.FAILURE;
        }
    }

    int tell() throws AdminFailure, InterruptedException {
        if (json) {
            String answer = admin.get(path);
            console.out().println(answer);
            return status(answer);
        }
        return print();
    }

    /** The exit status for an answer that is passed on as it is. */
    int status(String answer) throws AdminFailure {
        return ExitStatus.OK;
    }

    /** Tells it to people; returns the exit status. */
    abstract int print() throws AdminFailure;
}
