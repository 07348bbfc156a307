package io.tain.sim;

import java.io.ByteArrayOutputStream;
import java.util.List;

/** A batch as a broker stores it. */
class StoredBatch {
    final long baseOffset;
    final long lastOffset;
    final byte[] bytes;

    StoredBatch(long baseOffset, long lastOffset, byte[] bytes) {
        this.baseOffset = baseOffset;
        this.lastOffset = lastOffset;
        this.bytes = bytes;
    }

    /** As {@link ReadableLog#read}, of a log with these batches. */
    static byte[] read(List<? extends StoredBatch> log, long offset, long below, int maxBytes, boolean partial) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        for (StoredBatch batch : log) {
            if (batch.lastOffset < offset || batch.baseOffset >= below) {
                continue;
            }
            int room = maxBytes - out.size();
            if (out.size() == 0 || batch.bytes.length <= room) {
                out.writeBytes(batch.bytes);
            } else {
                if (partial && room > 0) {
                    out.write(batch.bytes, 0, room);
                }
                break;
            }
        }
        return out.toByteArray();
    }
}
