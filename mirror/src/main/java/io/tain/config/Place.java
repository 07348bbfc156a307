package io.tain.config;

/**
 * Where an operator wrote something.
 *
 * @param file the file as the operator named it, or the command line's option
 * @param line the line in it, counted from 1; 0 when the whole file is meant
 */
public record Place(String file, int line) {
    public static Place of(String fileOrOption) {
        return new Place(fileOrOption, 0);
    }

    @Override
    public String toString() {
        return line == 0 ? file : file + ":" + line;
    }
}
