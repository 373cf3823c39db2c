import type { IconName } from '../../ui/icons.ts';

export interface Place {
  readonly path: string;
  readonly word: string;
  readonly icon: IconName;
}

/** The places of the side bar, in its order. */
export const PLACES: readonly Place[] = [
  { path: '/', word: 'Home', icon: 'home' },
  { path: '/needs-answer', word: 'Needs answer', icon: 'ask' },
  { path: '/library', word: 'Library', icon: 'library' },
  { path: '/plays', word: 'Plays', icon: 'plays' },
  { path: '/system', word: 'Health', icon: 'health' },
];

/** The place that an address belongs to: a flow is in the library, a play among the plays. */
export function placeOf(path: string): string {
  if (path.startsWith('/workflows/')) return '/library';
  if (path.startsWith('/plays/') || path === '/compare') return '/plays';
  return path;
}

/** Pages for reading one thing leave the width to it: the side bar is a rail of icons. */
export function isReading(path: string): boolean {
  return /^\/(plays|workflows)\/./.test(path) || path === '/compare';
}
