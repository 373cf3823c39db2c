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
  { path: '/errors', word: 'Failures', icon: 'warn' },
  { path: '/webhooks', word: 'Webhooks', icon: 'link' },
  { path: '/system', word: 'Health', icon: 'health' },
  { path: '/access', word: 'Access', icon: 'key' },
];

/** As an address below that of the UI. */
export function linkTo(path: string): string {
  return path === '/' ? '.' : path.slice(1);
}

/** The place that an address belongs to: a flow is in the library, a play among the plays. */
export function placeOf(path: string): string {
  if (path.startsWith('/workflows/')) return '/library';
  if (path.startsWith('/plays/') || path === '/compare' || path === '/jobs') return '/plays';
  return path;
}

/** Pages for reading one thing leave the width to it: the side bar is a rail of icons. */
export function isReading(path: string): boolean {
  return /^\/(plays|workflows)\/./.test(path) || path === '/compare';
}
