package dev.remora.linux;

/** Error numbers and their names. */
final class Errno {
    static String name(int errno) {
        return "errno " + errno;
    }

    private Errno() {}
}
