package dev.remora.sandbox;

import dev.remora.linux.Descriptor;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Optional;

/**
 * One connection of a runtime to its Runtime API. Used under the API's lock only.
 *
 * <p>Answers are collected and leave together: if a client has sent its next request already, as our bootstraps do, the
 * acknowledgement of an answer travels with the next event and wakes nobody.
 */
final class Connection {
    /** What is read in one go, so that no connection holds the thread that serves all of them. */
    private static final int TURN = 1 << 20;

    private final RuntimeApi api;
    private final Descriptor socket;
    private final RequestReader reader;
    private final ByteArrayOutputStream leaving = new ByteArrayOutputStream(512);
    private byte[] unsent = new byte[0];
    private int sent;
    private boolean open = true;
    private boolean closing;

    /** The reactor's name for it. */
    final long token;

    /** Whether the reactor looks after it now. */
    boolean watched;

    Connection(RuntimeApi api, Descriptor socket, RequestReader.Keeping keeping, Reactor reactor) {
        this.api = api;
        this.socket = socket;
        reader = new RequestReader(keeping);
        token = reactor.register(() -> api.ready(this));
    }

    Descriptor socket() {
        return socket;
    }

    boolean open() {
        return open;
    }

    /** Reads what has arrived and has it answered. */
    void receive() {
        if (!flush()) {
            return;
        }
        boolean more = true;
        for (int read = 0; open && more && read < TURN; ) {
            byte[] buffer = reader.buffer();
            int room = buffer.length - reader.position();
            int n = socket.read(buffer, reader.position(), room);
            if (n == Descriptor.LATER) {
                break;
            }
            if (n == Descriptor.ENDED) {
                close();
                return;
            }
            reader.filled(n);
            read += n;
            // A socket that gave less than it could has nothing left.
            more = n == room;
            answerAll();
        }
        if (!api.holdsBack(this)) {
            flush();
        }
    }

    private void answerAll() {
        try {
            Optional<RequestReader.Request> request;
            while (open && !closing && (request = reader.next()).isPresent()) {
                api.answer(this, request.get());
            }
            if (reader.continueWanted()) {
                leaving.writeBytes("HTTP/1.1 100 Continue\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
                flush();
            }
        } catch (RequestReader.Malformed malformed) {
            closing = true;
            reply("400 Bad Request", "{\"errorMessage\":\"Malformed request\",\"errorType\":\"InvalidRequest\"}");
        }
    }

    void reply(String status, String json) {
        byte[] body = json.getBytes(StandardCharsets.UTF_8);
        send("HTTP/1.1 " + status + "\r\nContent-Type: application/json\r\nContent-Length: " + body.length + "\r\n"
                + (closing ? "Connection: close\r\n\r\n" : "\r\n"), body);
    }

    /** Adds to what leaves with the next {@link #flush}. */
    void send(String head, byte[] body) {
        leaving.writeBytes(head.getBytes(StandardCharsets.ISO_8859_1));
        leaving.writeBytes(body);
    }

    /** Writes what can be written now; says whether all is out. */
    boolean flush() {
        if (sent == unsent.length) {
            if (leaving.size() == 0) {
                return open;
            }
            unsent = leaving.toByteArray();
            sent = 0;
            leaving.reset();
        }
        while (sent < unsent.length) {
            int n = socket.write(unsent, sent, unsent.length - sent);
            if (n == Descriptor.LATER) {
                return false;
            }
            if (n == Descriptor.ENDED) {
                close();
                return false;
            }
            sent += n;
        }
        unsent = new byte[0];
        sent = 0;
        if (leaving.size() > 0) {
            return flush();
        }
        if (closing) {
            close();
        }
        return open;
    }

    /** Whether something could not be written yet. */
    boolean writing() {
        return sent < unsent.length;
    }

    void close() {
        if (open) {
            open = false;
            api.closed(this);
        }
    }
}
