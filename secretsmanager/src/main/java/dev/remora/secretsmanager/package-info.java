/**
 * Secrets Manager, as far as a function and a database proxy need it: secrets, their versions and stages, deletion with a
 * recovery window.
 *
 * <p>Secrets lie in the store as they are, like everything else there: who reads the data folder is root.
 */
@NullMarked
package dev.remora.secretsmanager;

import org.jspecify.annotations.NullMarked;
