// What all views of one play share and the address holds: the view, the depth, the filter, the moment, the selected step.

import { momentOf } from '../../models/as-of.ts';
import { urlParam } from '../frame/url.svelte.ts';

export const VIEWS = [
  { value: 'tree', word: 'Tree', icon: 'tree' },
  { value: 'graph', word: 'Graph', icon: 'graph' },
  { value: 'timeline', word: 'Timeline', icon: 'timeline' },
  { value: 'story', word: 'Story', icon: 'doc' },
  { value: 'log', word: 'Log', icon: 'log' },
  { value: 'table', word: 'Table', icon: 'table' },
] as const;

export type View = (typeof VIEWS)[number]['value'];

export function viewInUrl(): View {
  return VIEWS.find((v) => v.value === urlParam('view'))?.value ?? 'tree';
}

/** undefined = nobody has chosen. */
export function depthInUrl(): number | undefined {
  return /^\d$/.test(urlParam('depth')) ? Number(urlParam('depth')) : undefined;
}

export function momentInUrl(): number | undefined {
  return momentOf(urlParam('t'));
}
