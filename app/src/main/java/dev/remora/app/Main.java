package dev.remora.app;

/** The entry point. */
public final class Main {
    public static void main(String[] args) {
        System.out.println("remora");
    }

    private Main() {}
}
