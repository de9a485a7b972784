/**
 * Identities, policies, their evaluation, and the services IAM and STS.
 *
 * <p>Three parts, of which each knows only those before it. The <b>evaluator</b> ({@link dev.remora.iam.PolicySet} and what it is
 * made of) is pure: documents and facts in, a verdict out. {@link dev.remora.iam.Permissions} brings the store's documents to it,
 * compiled once, and {@link dev.remora.iam.PolicyAuthorizer}, {@link dev.remora.iam.Trust} and {@link dev.remora.iam.Sessions}
 * answer who may do what, who may become whom, and who holds which key. The <b>operations</b> change the documents and never
 * decide.
 *
 * <p>The module must not know any other service: what a call touches and which condition keys it has, its service says.
 */
@NullMarked
package dev.remora.iam;

import org.jspecify.annotations.NullMarked;
