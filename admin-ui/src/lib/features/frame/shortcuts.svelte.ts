import { readStored, writeStored } from './stored.ts';

let on = $state(readStored('shortcuts') !== 'off');

/** Keys without Ctrl can be turned off (WCAG 2.1.4): speech input types letters. */
export const shortcuts = {
  get on(): boolean {
    return on;
  },
  set(next: boolean): void {
    on = next;
    writeStored('shortcuts', next ? 'on' : 'off');
  },
};

const TAKES_KEYS = 'input, textarea, select, [contenteditable], dialog, .monaco-editor';

/** The key of a shortcut; undefined when it belongs to a control, a dialog or the browser, or when shortcuts are off. */
export function shortcutKey(event: KeyboardEvent): string | undefined {
  if (!on || event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey) return undefined;
  const target = event.target instanceof Element ? event.target : undefined;
  if (target?.closest(TAKES_KEYS) !== null && target !== undefined) return undefined;
  return event.key;
}

export interface KeyHelp {
  readonly keys: readonly string[];
  readonly does: string;
}

export const KEY_SHEET: readonly { readonly title: string; readonly list: readonly KeyHelp[] }[] = [
  {
    title: 'Everywhere',
    list: [
      { keys: ['Ctrl K'], does: 'Search, or jump to a page' },
      { keys: ['/'], does: 'Into the filter of the page' },
      { keys: ['?'], does: 'This sheet' },
      { keys: ['Esc'], does: 'Close, clear, let go' },
      { keys: ['Ctrl ↵'], does: 'Send the form' },
    ],
  },
  {
    title: 'Lists and trees',
    list: [
      { keys: ['j', 'k'], does: 'Next, previous' },
      { keys: ['↑', '↓', '←', '→'], does: 'Walk in the tree, fold and unfold' },
      { keys: ['Home', 'End'], does: 'First, last' },
    ],
  },
  {
    title: 'A play',
    list: [
      { keys: ['0', '…', '9'], does: 'Depth of tree, graph, timeline and story' },
      { keys: ['e', 'w'], does: 'Unfold all, fold all' },
      { keys: ['a'], does: 'To the open question' },
      { keys: ['r'], does: 'Run it again' },
    ],
  },
  {
    title: 'Needs answer',
    list: [
      { keys: ['1', '…', '9'], does: 'Choose an option' },
      { keys: ['Ctrl ↵'], does: 'Send, and open the next' },
    ],
  },
];
