package io.tain.demo;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Pattern;

/**
 * A Markdown file whose code blocks say what a test has to do with them, in a comment before each.
 *
 * @param name the file's
 * @param blocks its code blocks, in order
 */
record Document(String name, List<Block> blocks) {
    private static final Pattern BLOCK = Pattern.compile(
            "(?:<!-- ([a-z ]+)(?: ([\\w.-]+))? -->\n)?```(sh|properties|xml)\n(.*?)```", Pattern.DOTALL);

    /**
     * @param directive {@code file}, {@code run}, {@code run until mirrored}, {@code run beside}, {@code start}, {@code start until
     *     mirrored}, {@code exists} or {@code shown}; empty if missing
     * @param file the name of a file
     * @param language of the block
     * @param text what stands in it
     */
    record Block(String directive, String file, String language, String text) {}

    static Document read(Path root, String name) throws IOException {
        List<Block> blocks = BLOCK.matcher(Files.readString(root.resolve(name)))
                .results()
                .map(found -> block(text(found.group(1)), text(found.group(2)), found.group(3), found.group(4)))
                .toList();
        return new Document(name, blocks);
    }

    private static Block block(String words, String lastWord, String language, String text) {
        boolean file = words.equals("file");
        return new Block(file ? words : (words + " " + lastWord).strip(), file ? lastWord : "", language, text);
    }

    private static String text(String group) {
        return group == null ? "" : group;
    }
}
