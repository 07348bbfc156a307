package io.tain.testkit;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Optional;
import java.util.Random;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.zip.CRC32C;

/**
 * A value that tells where it belongs: JSON with its partition, its sequence number, an order of some shop as filler, and
 * a CRC-32C of all that precedes the checksum.
 *
 * @param partition the partition it was written to
 * @param sequence its number in that partition, from 0
 */
public record SequencedValue(int partition, long sequence) {
    static final int SMALLEST_BYTES = 300;

    private static final String CRC_FIELD = "\",\"crc32c\":\"";
    private static final int TAIL_BYTES = CRC_FIELD.length() + 8 + 2;
    private static final Pattern HEAD = Pattern.compile("\\{\"partition\":(\\d+),\"sequence\":(\\d+),");
    private static final int FILLERS = 256;
    private static final String[] CITIES = {"Lisbon", "Ghent", "Oslo", "Turin", "Graz", "Porto", "Basel", "Cork"};
    private static final String[] STATES = {"NEW", "PAID", "PACKED", "SENT", "RETURNED"};

    /** Reads a value that a {@link Workload} has written; absent if it is another one's, or damaged. */
    public static Optional<SequencedValue> parse(byte[] value) {
        int crcStart = value.length - TAIL_BYTES;
        if (crcStart < 0) {
            return Optional.empty();
        }
        String text = new String(value, StandardCharsets.ISO_8859_1);
        Matcher head = HEAD.matcher(text);
        if (!head.lookingAt() || !text.endsWith(tail(value, crcStart))) {
            return Optional.empty();
        }
        return Optional.of(new SequencedValue(Integer.parseInt(head.group(1)), Long.parseLong(head.group(2))));
    }

    private static String tail(byte[] value, int crcStart) {
        CRC32C crc = new CRC32C();
        crc.update(value, 0, crcStart);
        return CRC_FIELD + HexFormat.of().toHexDigits((int) crc.getValue()) + "\"}";
    }

    /** Makes values of one size. The same seed makes the same values. Immutable. */
    public static final class Factory {
        private final int valueBytes;
        private final byte[][] fillers = new byte[FILLERS][];

        public Factory(int valueBytes, long seed) {
            if (valueBytes < SMALLEST_BYTES) {
                throw new IllegalArgumentException("A value has at least " + SMALLEST_BYTES + " bytes, not "
                        + valueBytes + ": sequence, checksum and JSON need them.");
            }
            this.valueBytes = valueBytes;
            Random random = new Random(seed);
            for (int i = 0; i < FILLERS; i++) {
                fillers[i] = filler(random, valueBytes).getBytes(StandardCharsets.US_ASCII);
            }
        }

        public byte[] value(int partition, long sequence) {
            byte[] head = ("{\"partition\":" + partition + ",\"sequence\":" + sequence + ",")
                    .getBytes(StandardCharsets.US_ASCII);
            byte[] filler = fillers[(int) ((sequence * 31 + partition) % FILLERS)];
            byte[] value = Arrays.copyOf(head, valueBytes);
            int crcStart = valueBytes - TAIL_BYTES;
            System.arraycopy(filler, 0, value, head.length, crcStart - head.length);
            ByteBuffer.wrap(value).position(crcStart).put(tail(value, crcStart).getBytes(StandardCharsets.US_ASCII));
            return value;
        }

        private static String filler(Random random, int length) {
            StringBuilder text = new StringBuilder(length + 32);
            text.append("\"order\":\"").append(HexFormat.of().toHexDigits(random.nextLong()));
            text.append("\",\"customer\":").append(100_000 + random.nextInt(900_000));
            text.append(",\"city\":\"").append(CITIES[random.nextInt(CITIES.length)]);
            text.append("\",\"state\":\"").append(STATES[random.nextInt(STATES.length)]);
            text.append("\",\"items\":").append(1 + random.nextInt(9));
            text.append(",\"cents\":").append(random.nextInt(1_000_000));
            text.append(",\"currency\":\"EUR\",\"gift\":").append(random.nextBoolean());
            text.append(",\"note\":\"");
            while (text.length() < length) {
                text.append(CITIES[random.nextInt(CITIES.length)])
                        .append(' ')
                        .append(random.nextInt(1_000))
                        .append(' ');
            }
            return text.toString();
        }
    }
}
