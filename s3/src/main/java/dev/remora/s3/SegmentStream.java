package dev.remora.s3;

import dev.remora.s3.StoredObject.Segment;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Iterator;
import java.util.List;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** Bytes of several files, one behind the other, of which one is open at a time. */
final class SegmentStream extends InputStream {
    private static final int BUFFER_BYTES = 128 << 10;

    private final Iterator<Segment> segments;
    private final Function<String, Path> place;
    private final Runnable closed;
    private long skip;
    private long left;
    private @Nullable FileChannel open;
    private boolean done;

    SegmentStream(List<Segment> segments, long from, long length, Function<String, Path> place, Runnable closed) {
        this.segments = segments.iterator();
        this.skip = from;
        this.left = length;
        this.place = place;
        this.closed = closed;
    }

    @Override
    public int read() throws IOException {
        byte[] one = new byte[1];
        return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
    }

    @Override
    public int read(byte[] buffer, int offset, int length) throws IOException {
        if (left == 0 || length == 0) {
            return left == 0 ? -1 : 0;
        }
        while (true) {
            FileChannel channel = open == null ? next() : open;
            int n = channel.read(ByteBuffer.wrap(buffer, offset, (int) Math.min(length, left)));
            if (n >= 0) {
                left -= n;
                return n;
            }
            channel.close();
            open = null;
        }
    }

    /** The next file that has bytes which are wanted, at the first of them. */
    private FileChannel next() throws IOException {
        while (segments.hasNext()) {
            Segment segment = segments.next();
            if (skip >= segment.length()) {
                skip -= segment.length();
                continue;
            }
            FileChannel channel = FileChannel.open(place.apply(segment.file()), StandardOpenOption.READ);
            channel.position(skip);
            skip = 0;
            open = channel;
            return channel;
        }
        throw new IOException("the files hold fewer bytes than the object");
    }

    @Override
    public long transferTo(OutputStream out) throws IOException {
        byte[] buffer = new byte[BUFFER_BYTES];
        long sum = 0;
        for (int n = read(buffer, 0, buffer.length); n >= 0; n = read(buffer, 0, buffer.length)) {
            out.write(buffer, 0, n);
            sum += n;
        }
        return sum;
    }

    @Override
    public void close() throws IOException {
        if (!done) {
            done = true;
            try {
                if (open != null) {
                    open.close();
                }
            } finally {
                closed.run();
            }
        }
    }
}
