package dev.remora.rds;

import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.Channels;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;

/**
 * A session of our own with a database server, by its Unix socket, for the few statements that we need: roles at the beginning, a
 * new password later.
 *
 * <p>The socket lies in the instance's folder, which only root can enter on the host; the server trusts whoever reaches it. So
 * the protocol (PostgreSQL's documentation, "Message Flow") comes down to four messages: StartupMessage, Query, and whatever
 * comes back until ReadyForQuery; a driver would be a megabyte for that.
 */
final class PostgresSession implements AutoCloseable {
    private static final int PROTOCOL_3_0 = 3 << 16;
    private static final int MESSAGE_MAX = 1 << 20;
    private final SocketChannel socket;
    private final DataInputStream in;
    private final DataOutputStream out;

    PostgresSession(Path unixSocket, String user, String database) throws IOException {
        socket = SocketChannel.open(StandardProtocolFamily.UNIX);
        try {
            socket.connect(UnixDomainSocketAddress.of(unixSocket));
            in = new DataInputStream(Channels.newInputStream(socket));
            out = new DataOutputStream(Channels.newOutputStream(socket));
            var body = new ByteArrayOutputStream();
            var fields = new DataOutputStream(body);
            fields.writeInt(PROTOCOL_3_0);
            for (String text : List.of("user", user, "database", database, "")) {
                fields.write(text.getBytes(StandardCharsets.UTF_8));
                fields.write(0);
            }
            out.writeInt(body.size() + Integer.BYTES);
            out.write(body.toByteArray());
            out.flush();
            untilReady();
        } catch (IOException failure) {
            socket.close();
            throw failure;
        }
    }

    /** Runs one statement; what it returns is dropped. */
    void execute(String statement) throws IOException {
        byte[] text = statement.getBytes(StandardCharsets.UTF_8);
        out.write('Q');
        out.writeInt(text.length + 1 + Integer.BYTES);
        out.write(text);
        out.write(0);
        out.flush();
        untilReady();
    }

    private void untilReady() throws IOException {
        String error = "";
        while (true) {
            int type = in.readUnsignedByte();
            int length = in.readInt() - Integer.BYTES;
            if (length < 0 || length > MESSAGE_MAX) {
                throw new IOException("the database server does not speak its protocol");
            }
            byte[] body = in.readNBytes(length);
            if (type == 'E') {
                error = message(body);
                if (error.startsWith("FATAL")) {
                    throw new IOException(error);
                }
            } else if (type == 'Z') {
                if (!error.isEmpty()) {
                    throw new IOException(error);
                }
                return;
            }
        }
    }

    /** The severity and the text of an ErrorResponse: fields of a letter and a text each. */
    private static String message(byte[] body) {
        String severity = "";
        String text = "";
        for (String field : new String(body, StandardCharsets.UTF_8).split("\0")) {
            if (field.startsWith("V")) {
                severity = field.substring(1);
            } else if (field.startsWith("M")) {
                text = field.substring(1);
            }
        }
        return severity + ": " + text;
    }

    @Override
    public void close() throws IOException {
        socket.close();
    }
}
