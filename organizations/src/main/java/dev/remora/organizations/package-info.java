/**
 * Organizations: accounts in a tree of organizational units, and the service control policies that limit what can be done in
 * them.
 *
 * <p>Accounts need not be made: any twelve digits are one. An account joins an organization by an invitation that it accepts, or
 * is made in it. What the policies of its place in the tree are, {@link dev.remora.organizations.OrganizationsService} tells
 * {@code iam}, which decides.
 */
@NullMarked
package dev.remora.organizations;

import org.jspecify.annotations.NullMarked;
