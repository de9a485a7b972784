/**
 * S3: buckets, objects and uploads in parts.
 *
 * <p>What an object is stands in the store; its bytes are in files that are written once and never changed. A file is written,
 * synced and renamed before the document that names it is stored, and removed after that document is gone, so that a crash leaves
 * a file too many and never one too few.
 */
@NullMarked
package dev.remora.s3;

import org.jspecify.annotations.NullMarked;
