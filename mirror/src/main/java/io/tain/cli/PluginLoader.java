package io.tain.cli;

import io.tain.batch.RecordHandler;
import java.io.File;
import java.io.IOException;
import java.lang.reflect.InvocationTargetException;
import java.net.MalformedURLException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import kafka.consumer.BaseConsumerRecord;
import kafka.tools.MirrorMaker.MirrorMakerMessageHandler;
import org.apache.kafka.clients.consumer.ConsumerRebalanceListener;

/**
 * Loads MirrorMaker's message handlers and rebalance listeners, from the class path and from {@code --plugin.path}. The
 * one place that makes objects of classes named by an operator.
 */
final class PluginLoader {
    private final ClassLoader loader;

    private PluginLoader(ClassLoader loader) {
        this.loader = loader;
    }

    /** A class cannot be used; the message is one line for the operator. */
    static final class UnusableClass extends Exception {
        private static final long serialVersionUID = 1L;

        UnusableClass(String message, Throwable cause) {
            super(message, cause);
        }

        UnusableClass(String message) {
            super(message);
        }
    }

    /** @param pluginPath jars, and directories of jars or classes, separated by commas or colons; may be empty */
    static PluginLoader of(String pluginPath) throws UnusableClass {
        List<URL> urls = new ArrayList<>();
        for (String entry : pluginPath.split("[," + File.pathSeparator + "]", -1)) {
            if (!entry.isBlank()) {
                add(Path.of(entry.strip()), urls);
            }
        }
        ClassLoader parent = PluginLoader.class.getClassLoader();
        return new PluginLoader(
                urls.isEmpty() ? parent : new URLClassLoader("plugins", urls.toArray(new URL[0]), parent));
    }

    private static void add(Path path, List<URL> urls) throws UnusableClass {
        try {
            if (!Files.isReadable(path)) {
                throw new UnusableClass("--plugin.path " + path + ": no such jar or directory, or not readable");
            }
            urls.add(url(path));
            if (Files.isDirectory(path)) {
                try (DirectoryStream<Path> children = Files.newDirectoryStream(path)) {
                    for (Path child : children) {
                        if (child.toString().endsWith(".jar")) {
                            urls.add(url(child));
                        }
                    }
                }
            }
        } catch (IOException e) {
            throw new UnusableClass("--plugin.path " + path + ": cannot be read: " + e.getMessage(), e);
        }
    }

    private static URL url(Path path) throws MalformedURLException {
        return path.toUri().toURL();
    }

    /** Kafka's own plug-ins (interceptors, callback handlers) named in the properties files are found by this one too. */
    ClassLoader classLoader() {
        return loader;
    }

    /** @param argument {@code --message.handler.args}: given to the constructor */
    RecordHandler messageHandler(String className, Optional<String> argument) throws UnusableClass {
        MirrorMakerMessageHandler handler =
                load("--message.handler", className, argument, MirrorMakerMessageHandler.class);
        return record -> handler.handle(new BaseConsumerRecord(
                record.topic(),
                record.partition(),
                record.offset(),
                record.timestamp(),
                record.timestampType(),
                record.key(),
                record.value(),
                record.headers()));
    }

    /** @param argument {@code --rebalance.listener.args}: given to the constructor */
    ConsumerRebalanceListener rebalanceListener(String className, Optional<String> argument) throws UnusableClass {
        return load("--consumer.rebalance.listener", className, argument, ConsumerRebalanceListener.class);
    }

    private <T> T load(String option, String className, Optional<String> argument, Class<T> type) throws UnusableClass {
        String subject = option + " " + className + ": ";
        String constructor = argument.isPresent() ? "(String)" : "()";
        try {
            Class<?> found = Class.forName(className, true, loader);
            if (!type.isAssignableFrom(found)) {
                throw new UnusableClass(subject + "does not implement " + type.getName());
            }
            Object made = argument.isPresent()
                    ? found.getDeclaredConstructor(String.class).newInstance(argument.get())
                    : found.getDeclaredConstructor().newInstance();
            return type.cast(made);
        } catch (ClassNotFoundException e) {
            throw new UnusableClass(
                    subject + "no such class on the class path; name its jar with --plugin.path or CLASSPATH", e);
        } catch (NoSuchMethodException e) {
            String why = argument.isPresent() ? " (its .args option is given)" : " (its .args option is not given)";
            throw new UnusableClass(subject + "has no constructor " + constructor + why, e);
        } catch (InvocationTargetException e) {
            throw new UnusableClass(
                    subject + "its constructor " + constructor + " failed: " + Console.describe(e.getCause()), e);
        } catch (InstantiationException e) {
            throw new UnusableClass(subject + "is abstract; name a class that can be made", e);
        } catch (IllegalAccessException e) {
            throw new UnusableClass(subject + "the class and its constructor " + constructor + " must be public", e);
        } catch (LinkageError e) {
            throw new UnusableClass(
                    subject + "cannot be loaded (" + e + "); put the jars that it needs, such as scala-library, "
                            + "beside it on --plugin.path or CLASSPATH",
                    e);
        }
    }
}
