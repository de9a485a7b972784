package dev.remora.linux;

/**
 * One end of a virtual cable.
 *
 * @param name unique in its namespace, at most 15 characters
 * @param index its number, unique in its namespace; chosen here, so that rules can name it before it exists
 * @param mac six bytes; every cable is a link of its own, so the same address may serve on all of them
 */
public record VethEnd(String name, int index, byte[] mac) {}
