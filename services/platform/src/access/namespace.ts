// Namespaces separate teams: what is in one is not there for callers of another. What says nothing is in the first.

import { HeroError, invalid } from '../errors/hero-error.ts';
import type { Principal } from './principal.ts';
import { mayCall, type Role } from './role.ts';

export const DEFAULT_NAMESPACE = 'default';
/** In the place of a name: every namespace. */
export const ALL_NAMESPACES = '*';
/** By it a caller says in which one it acts; a door puts there what it found. */
export const NAMESPACE_HEADER = 'x-hero-namespace';

const NAME = /^[a-z0-9][a-z0-9-]{0,62}$/;

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

export function isNamespace(text: string): boolean {
  return NAME.test(text);
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

/** No name has this character, and every one sorts after it. */
const BETWEEN = '\u0001';

/** A name and its namespace as one text, unique where names are unique within a namespace. In the first one that is the name itself. */
export function placedName(namespace: string | undefined, name: string): string {
  return namespace === undefined || namespace === DEFAULT_NAMESPACE ? name : `${namespace}${BETWEEN}${name}`;
}

export function nameAndNamespace(placed: string): { readonly namespace: string; readonly name: string } {
  const at = placed.indexOf(BETWEEN);
  if (at < 0) return { namespace: DEFAULT_NAMESPACE, name: placed };
  return { namespace: placed.slice(0, at), name: placed.slice(at + 1) };
}

/** What a list of placed names has to look at for one namespace. */
export interface PlacedRange {
  /** Only names after this one. */
  readonly after: string;
  /** Only names before this one; undefined = to the end. */
  readonly before?: string;
  /** Only names without this in them; undefined = whatever they have. */
  readonly without?: string;
}

export function placedRange(namespace: string | undefined, after: string): PlacedRange {
  if (namespace === undefined) return { after };
  if (namespace === DEFAULT_NAMESPACE) return { after, without: BETWEEN };
  const first = `${namespace}${BETWEEN}`;
  return { after: after > first ? after : first, before: `${namespace}\u0002` };
}
