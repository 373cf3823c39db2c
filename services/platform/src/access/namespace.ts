// Namespaces separate teams: what is in one is not there for callers of another. What says nothing is in the first.

export const DEFAULT_NAMESPACE = 'default';
/** In the place of a name: every namespace. */
export const ALL_NAMESPACES = '*';
/** By it a caller says in which one it acts; a door puts there what it found. */
export const NAMESPACE_HEADER = 'x-hero-namespace';

const NAME = /^[a-z0-9][a-z0-9-]{0,62}$/;

export function isNamespace(text: string): boolean {
  return NAME.test(text);
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
