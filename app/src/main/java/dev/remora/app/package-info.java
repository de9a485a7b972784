/** The main class, the configuration and the command line; builds everything with plain constructors. */
@NullMarked
package dev.remora.app;

import org.jspecify.annotations.NullMarked;
