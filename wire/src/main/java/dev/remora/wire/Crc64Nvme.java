package dev.remora.wire;

import java.util.zip.Checksum;

/** CRC-64/NVME: polynomial 0xad93d23594c93659, bits reflected, all ones before and inverted after. Eight bytes at a step. */
final class Crc64Nvme implements Checksum {
    /** The polynomial with its bits reflected. */
    static final long POLYNOMIAL = 0x9a6c9329ac4bc9b5L;

    private static final int STEP = 8;
    private static final long[][] TABLES = tables();

    private long state = ~0L;

    private static long[][] tables() {
        long[][] tables = new long[STEP][256];
        for (int b = 0; b < 256; b++) {
            long crc = b;
            for (int bit = 0; bit < 8; bit++) {
                crc = (crc & 1) == 0 ? crc >>> 1 : crc >>> 1 ^ POLYNOMIAL;
            }
            tables[0][b] = crc;
        }
        for (int i = 1; i < STEP; i++) {
            for (int b = 0; b < 256; b++) {
                long before = tables[i - 1][b];
                tables[i][b] = before >>> 8 ^ tables[0][(int) before & 0xff];
            }
        }
        return tables;
    }

    @Override
    public void update(int b) {
        state = state >>> 8 ^ TABLES[0][(int) (state ^ b) & 0xff];
    }

    @Override
    public void update(byte[] bytes, int offset, int length) {
        long crc = state;
        int at = offset;
        int end = offset + length;
        for (; end - at >= STEP; at += STEP) {
            for (int i = 0; i < STEP; i++) {
                crc ^= (bytes[at + i] & 0xffL) << 8 * i;
            }
            long next = 0;
            for (int i = 0; i < STEP; i++) {
                next ^= TABLES[STEP - 1 - i][(int) (crc >>> 8 * i) & 0xff];
            }
            crc = next;
        }
        state = crc;
        for (; at < end; at++) {
            update(bytes[at]);
        }
    }

    @Override
    public long getValue() {
        return ~state;
    }

    @Override
    public void reset() {
        state = ~0L;
    }
}
