package dev.remora.linux;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.foreign.Arena;
import java.lang.ref.Cleaner;
import java.net.DatagramSocket;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.channels.DatagramChannel;
import java.nio.channels.SocketChannel;

/**
 * Starts the Java runtime's own helper threads in the namespace that the process began in.
 *
 * <p>A thread is born in the namespace of the thread that starts it. The runtime starts its cleaners when they are first
 * needed; were that inside {@link Netns#call}, one of them would stay in that namespace for the life of the process. Opening
 * one unbound socket of each kind beforehand makes them start here. No packet is sent and no address is taken.
 */
final class Runtimes {
    static {
        try (Socket socket = new Socket();
                ServerSocket server = new ServerSocket();
                DatagramSocket datagram = new DatagramSocket(null);
                SocketChannel channel = SocketChannel.open();
                DatagramChannel datagrams = DatagramChannel.open()) {
            Cleaner.create().register(socket, () -> {});
            Arena.ofAuto().allocate(1);
        } catch (IOException refused) {
            throw new UncheckedIOException(refused);
        }
    }

    static void warm() {}

    private Runtimes() {}
}
