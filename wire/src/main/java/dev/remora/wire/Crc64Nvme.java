package dev.remora.wire;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.util.zip.Checksum;

/** CRC-64/NVME: polynomial 0xad93d23594c93659, bits reflected, all ones before and inverted after. Eight bytes at a step. */
final class Crc64Nvme implements Checksum {
    /** The polynomial with its bits reflected. */
    static final long POLYNOMIAL = 0x9a6c9329ac4bc9b5L;

    private static final int STEP = 8;
    private static final VarHandle LITTLE_ENDIAN =
            MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);

    /** What a byte does to a remainder, with so many bytes behind it. */
    private static final long[][] T = tables();

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
        state = state >>> 8 ^ T[0][(int) (state ^ b) & 0xff];
    }

    @Override
    public void update(byte[] bytes, int offset, int length) {
        long crc = state;
        int at = offset;
        int end = offset + length;
        for (; end - at >= STEP; at += STEP) {
            long x = crc ^ (long) LITTLE_ENDIAN.get(bytes, at);
            crc = T[7][(int) x & 0xff]
                    ^ T[6][(int) (x >>> 8) & 0xff]
                    ^ T[5][(int) (x >>> 16) & 0xff]
                    ^ T[4][(int) (x >>> 24) & 0xff]
                    ^ T[3][(int) (x >>> 32) & 0xff]
                    ^ T[2][(int) (x >>> 40) & 0xff]
                    ^ T[1][(int) (x >>> 48) & 0xff]
                    ^ T[0][(int) (x >>> 56)];
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
