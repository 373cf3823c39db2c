// Who a credential belongs to, and the role that it has in the namespace in which it acts.

import { HeroError, invalid } from '../errors/hero-error.ts';
import { ALL_NAMESPACES, DEFAULT_NAMESPACE, isNamespace, NAMESPACE_HEADER } from './namespace.ts';
import type { Principal } from './principal.ts';
import { mayCall, type Role } from './role.ts';

/** A role, and where it holds. */
export interface Grant {
  readonly role: Role;
  /** Names, or ALL_NAMESPACES among them. */
  readonly namespaces: readonly string[];
}

/** Who a credential belongs to, before it is settled in which namespace the call acts. */
export interface Caller {
  readonly name: string;
  /** At least one. */
  readonly grants: readonly Grant[];
}

/** A caller with one role everywhere. */
export function callerEverywhere(name: string, role: Role): Caller {
  return { name, grants: [{ role, namespaces: [ALL_NAMESPACES] }] };
}

/**
 * The caller in the namespace that it asked for. One that asks for none acts everywhere, where a grant says so, else in the first namespace
 * of its first grant. PERMISSION_DENIED: it has no role there.
 */
export function actingIn({ name, grants }: Caller, asked: string): Principal {
  if (asked !== '') return confined(name, grants, asked);
  const everywhere = highest(grants.filter(({ namespaces }) => namespaces.includes(ALL_NAMESPACES)));
  if (everywhere !== undefined) return { name, role: everywhere };
  return confined(name, grants, grants[0]?.namespaces[0] ?? DEFAULT_NAMESPACE);
}

function confined(name: string, grants: readonly Grant[], namespace: string): Principal {
  if (!isNamespace(namespace)) {
    const description = 'must be a namespace: up to 63 lower-case letters, digits and -, such as team-a';
    throw invalid([{ field: NAMESPACE_HEADER, description }]);
  }
  const role = highest(grants.filter((g) => g.namespaces.some((n) => n === namespace || n === ALL_NAMESPACES)));
  if (role !== undefined) return { name, role, namespace };
  const has = [...new Set(grants.flatMap(({ namespaces }) => namespaces))].join(', ');
  throw new HeroError(
    'PERMISSION_DENIED',
    `${JSON.stringify(name)} has no role in the namespace "${namespace}"; it has one in ${has}`,
    { metadata: { namespace } },
  );
}

function highest(grants: readonly Grant[]): Role | undefined {
  const [first, ...rest] = grants.map(({ role }) => role);
  return first && rest.reduce((best, next) => (mayCall(next, best) ? next : best), first);
}
