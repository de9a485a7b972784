package dev.remora.sandbox;

/** How a function's code is run. */
public enum Language {
    PYTHON,
    NODE,
    JAVA,
    /** An executable called {@code bootstrap} in the code or in a layer. */
    PROVIDED
}
