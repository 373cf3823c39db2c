// Both kinds of isolation, so that a table can show both: a process for every play, and one that plays of a version share one after the other.

import type { PerfServer } from './server.ts';

export const KINDS = ['play', 'version'] as const;
export type Kind = (typeof KINDS)[number];

/** What is added to the name of a row. */
export const rowSuffix = (kind: Kind) => (kind === 'play' ? '' : ', isolation `version`');

/** Registers the flow of that name in the source with this isolation, unless it is there, and gives its sid. */
export async function addKind({ add }: Pick<PerfServer, 'add'>, kind: Kind, flow: { name: string; source: string }) {
  const { name, source } = flow;
  if (kind === 'play') return await add(name, source, { isolation: kind });
  const own = `${name}_${kind}`;
  return await add(own, source.replace(`name="${name}"`, `name="${own}"`), { isolation: kind });
}

/** Of each kind something. */
export async function ofKinds<T>(make: (kind: Kind) => T): Promise<Record<Kind, Awaited<T>>> {
  return { play: await make('play'), version: await make('version') };
}
