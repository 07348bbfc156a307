package io.tain.batch;

/**
 * CRC-32C as what it is, the remainder of a polynomial over GF(2): computes what a change somewhere in a message does to its
 * checksum without reading the message. Immutable tables only, usable from any thread.
 *
 * <p>Polynomials are bit-reflected as usual for this CRC: bit 31 is the coefficient of x^0, bit 0 that of x^31.
 */
final class Crc32cShift {
    private static final int POLYNOMIAL = 0x82F63B78;
    private static final int X_TO_THE_0 = 1 << 31;
    private static final int X_TO_THE_8 = 1 << 23;

    private static final int[] REMAINDER_OF_BYTE = remaindersOfBytes();

    /** At [j][b] is x^(8 * b * 256^j): one factor for each byte of a length. */
    private static final int[][] POWER = powers();

    private Crc32cShift() {}

    /** One step of the CRC, without the customary inversion before and after: those cancel out in a difference. */
    static int append(int remainder, int oneByte) {
        return (remainder >>> 8) ^ REMAINDER_OF_BYTE[(remainder ^ oneByte) & 0xff];
    }

    /** The same as appending that many zero bytes, but in at most five multiplications. */
    static int appendZeros(int remainder, int length) {
        int shifted = remainder;
        int rest = length;
        for (int j = 0; rest != 0; j++) {
            int digit = rest & 0xff;
            if (digit != 0) {
                shifted = multiply(POWER[j][digit], shifted);
            }
            rest >>>= 8;
        }
        return shifted;
    }

    private static int multiply(int a, int b) {
        int product = 0;
        int shiftedB = b;
        for (int bit = 0; bit < Integer.SIZE; bit++) {
            product ^= shiftedB & ((a << bit) >> 31);
            shiftedB = (shiftedB >>> 1) ^ (POLYNOMIAL & -(shiftedB & 1));
        }
        return product;
    }

    private static int[] remaindersOfBytes() {
        int[] table = new int[256];
        for (int i = 0; i < table.length; i++) {
            int remainder = i;
            for (int bit = 0; bit < Byte.SIZE; bit++) {
                remainder = (remainder >>> 1) ^ (POLYNOMIAL & -(remainder & 1));
            }
            table[i] = remainder;
        }
        return table;
    }

    private static int[][] powers() {
        int[][] table = new int[Integer.BYTES][256];
        int step = X_TO_THE_8;
        for (int[] row : table) {
            row[0] = X_TO_THE_0;
            for (int i = 1; i < row.length; i++) {
                row[i] = multiply(row[i - 1], step);
            }
            step = multiply(row[255], step);
        }
        return table;
    }
}
