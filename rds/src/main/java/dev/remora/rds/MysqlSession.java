package dev.remora.rds;

import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.Channels;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;

/**
 * A session of our own with a MariaDB server, by its Unix socket, for the few statements that we need: users at the beginning, a
 * new password later.
 *
 * <p>The socket lies in the instance's folder, which only root can enter on the host; the owner of everything has no password
 * there and cannot come by TCP. So the protocol (MariaDB's documentation, "Connection phase") comes down to the server's
 * greeting, an answer with an empty password, and COM_QUERY. A packet is a length of three bytes, low byte first, a number, and
 * the payload.
 */
final class MysqlSession implements AutoCloseable {
    private static final int LONG_PASSWORD = 1;
    private static final int PROTOCOL_41 = 1 << 9;
    private static final int SECURE_CONNECTION = 1 << 15;
    private static final int PLUGIN_AUTH = 1 << 19;
    private static final byte UTF8MB4 = 45;
    private static final int FILLER = 23;
    private static final byte QUERY = 3;
    private static final int OK = 0;
    private static final int SWITCH = 0xfe;
    private static final int ERROR = 0xff;
    private static final int ERROR_HEAD = 3;
    private static final int STATE = 6;
    private static final int PACKET_MAX = 1 << 20;
    private final SocketChannel socket;
    private final DataInputStream in;
    private final OutputStream out;
    private int number;

    MysqlSession(Path unixSocket, String user) throws IOException {
        socket = SocketChannel.open(StandardProtocolFamily.UNIX);
        try {
            socket.connect(UnixDomainSocketAddress.of(unixSocket));
            in = new DataInputStream(Channels.newInputStream(socket));
            out = Channels.newOutputStream(socket);
            refusal(read());
            send(hello(user));
            byte[] answer = read();
            if (kind(answer) == SWITCH) {
                send(new byte[0]);
                answer = read();
            }
            succeeded(answer);
        } catch (IOException failure) {
            socket.close();
            throw failure;
        }
    }

    private static byte[] hello(String user) {
        var body = new ByteArrayOutputStream();
        number(body, LONG_PASSWORD | PROTOCOL_41 | SECURE_CONNECTION | PLUGIN_AUTH, Integer.BYTES);
        number(body, PACKET_MAX, Integer.BYTES);
        body.write(UTF8MB4);
        body.writeBytes(new byte[FILLER]);
        body.writeBytes(user.getBytes(StandardCharsets.UTF_8));
        body.write(0);
        // The password's length, then none of it.
        body.write(0);
        body.writeBytes("mysql_native_password\0".getBytes(StandardCharsets.US_ASCII));
        return body.toByteArray();
    }

    /** Runs one statement that returns no rows. */
    void execute(String statement) throws IOException {
        byte[] text = statement.getBytes(StandardCharsets.UTF_8);
        byte[] command = new byte[1 + text.length];
        command[0] = QUERY;
        System.arraycopy(text, 0, command, 1, text.length);
        number = 0;
        send(command);
        succeeded(read());
    }

    private void send(byte[] payload) throws IOException {
        var packet = new ByteArrayOutputStream();
        number(packet, payload.length, 3);
        packet.write(number++);
        packet.writeBytes(payload);
        out.write(packet.toByteArray());
        out.flush();
    }

    private byte[] read() throws IOException {
        int length = in.readUnsignedByte() | in.readUnsignedByte() << 8 | in.readUnsignedByte() << 16;
        number = in.readUnsignedByte() + 1;
        if (length == 0 || length > PACKET_MAX) {
            throw new IOException("the database server does not speak its protocol");
        }
        byte[] payload = new byte[length];
        in.readFully(payload);
        return payload;
    }

    private static int kind(byte[] packet) {
        return packet[0] & 0xff;
    }

    private static void succeeded(byte[] packet) throws IOException {
        refusal(packet);
        if (kind(packet) != OK) {
            throw new IOException("the database server did not say OK but " + kind(packet));
        }
    }

    private static void refusal(byte[] packet) throws IOException {
        if (kind(packet) == ERROR) {
            String text = new String(packet, ERROR_HEAD, packet.length - ERROR_HEAD, StandardCharsets.UTF_8);
            throw new IOException(text.startsWith("#") ? text.substring(STATE) : text);
        }
    }

    private static void number(ByteArrayOutputStream to, int value, int bytes) {
        for (int i = 0; i < bytes; i++) {
            to.write(value >> Byte.SIZE * i);
        }
    }

    @Override
    public void close() throws IOException {
        socket.close();
    }
}
