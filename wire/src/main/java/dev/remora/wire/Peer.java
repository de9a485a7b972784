package dev.remora.wire;

import io.helidon.common.buffers.BufferData;
import io.helidon.common.buffers.DataReader;
import io.helidon.common.buffers.DataWriter;
import io.helidon.common.socket.HelidonSocket;
import io.helidon.common.socket.SocketWriter;
import io.helidon.webserver.CloseConnectionException;
import java.io.UncheckedIOException;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The other end of a connection. That it is gone shows in the middle of whatever was to be read or written, and is no failure of
 * anybody: Helidon takes a {@link CloseConnectionException} as the connection's end, and everything else as a failure of ours,
 * which it logs and tries to answer.
 */
final class Peer {
    private Peer() {}

    static DataReader reader(HelidonSocket socket) {
        return DataReader.create(() -> {
            byte[] bytes = unlessGone(socket);
            if (bytes == null) {
                throw new CloseConnectionException("the client is gone");
            }
            return bytes;
        });
    }

    static DataWriter writer(HelidonSocket socket) {
        return new Writer(SocketWriter.create(socket));
    }

    private static <T extends @Nullable Object> T unlessGone(Supplier<T> exchange) {
        try {
            return exchange.get();
        } catch (UncheckedIOException gone) {
            throw new CloseConnectionException("the client is gone", gone);
        }
    }

    private record Writer(SocketWriter to) implements DataWriter {
        @Override
        public void write(BufferData... buffers) {
            writeNow(buffers);
        }

        @Override
        public void write(BufferData buffer) {
            writeNow(buffer);
        }

        @Override
        public void writeNow(BufferData... buffers) {
            unlessGone(() -> {
                to.writeNow(buffers);
                return buffers;
            });
        }

        @Override
        public void writeNow(BufferData buffer) {
            unlessGone(() -> {
                to.writeNow(buffer);
                return buffer;
            });
        }
    }
}
