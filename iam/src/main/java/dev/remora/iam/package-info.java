/** Identities, policies, their evaluation, and the services IAM and STS. */
@NullMarked
package dev.remora.iam;

import org.jspecify.annotations.NullMarked;
