package dev.remora.linux;

/**
 * A packet that a {@code log} statement reported.
 *
 * @param prefix the statement's
 * @param inDevice 0 if there was none
 * @param outDevice 0 if there was none yet
 * @param head its first bytes from the IP header on
 */
public record LoggedPacket(String prefix, int inDevice, int outDevice, byte[] head) {}
