// Drawn for this project: 16 x 16 grid, 1.5 px line, round ends. Marks of status: 14 x 14, eight shapes that differ without colour.

import type { Status } from '../models/status.ts';

export const ICONS = {
  library: '<path d="M2.75 3.25h2.5v9.5h-2.5zM7 3.25h2.5v9.5H7z"/><path d="m11.3 4 2.2-.55 2 8.6"/>',
  flow: '<circle cx="3.75" cy="8" r="1.75"/><circle cx="12.25" cy="3.75" r="1.75"/><circle cx="12.25" cy="12.25" r="1.75"/><path d="M5.5 8h1.25C9 8 8 3.75 10.5 3.75M6.75 8C9 8 8 12.25 10.5 12.25"/>',
  plays: '<path d="M2.75 3.5 6 5.25 2.75 7zM8.5 5.25h5M2.75 10.75h10.75M2.75 13.25h7"/>',
  key: '<circle cx="5.25" cy="10.75" r="2.75"/><path d="m7.25 8.75 5.5-5.5M10.5 5.5l2 2"/>',
  search: '<circle cx="7" cy="7" r="4.25"/><path d="m10.25 10.25 3.25 3.25"/>',
  right: '<path d="m6 3.75 4.25 4.25L6 12.25"/>',
  down: '<path d="M3.75 6 8 10.25 12.25 6"/>',
  close: '<path d="m4 4 8 8M12 4l-8 8"/>',
  check: '<path d="m3 8.5 3.25 3.25L13 4.75"/>',
  copy: '<rect x="5.75" y="5.75" width="7.5" height="7.5" rx="1.25"/><path d="M10.25 3.5v-.25a1 1 0 0 0-1-1h-5.5a1 1 0 0 0-1 1v5.5a1 1 0 0 0 1 1H4"/>',
  play: '<path d="M5 3.25 12.5 8 5 12.75z"/>',
  stop: '<rect x="4" y="4" width="8" height="8" rx="1"/>',
  clock: '<circle cx="8" cy="8" r="5.5"/><path d="M8 4.75V8l2.25 1.5"/>',
  sun: '<circle cx="8" cy="8" r="2.75"/><path d="M8 1.5v1.25M8 13.25v1.25M1.5 8h1.25M13.25 8h1.25M3.4 3.4l.9.9M11.7 11.7l.9.9M3.4 12.6l.9-.9M11.7 4.3l.9-.9"/>',
  moon: '<path d="M13.25 9.6A5.5 5.5 0 1 1 6.4 2.75a4.4 4.4 0 0 0 6.85 6.85z"/>',
  screen: '<rect x="2" y="3" width="12" height="8" rx="1.25"/><path d="M5.75 13.5h4.5"/>',
  warn: '<path d="M8 2.75 14 13.25H2z"/><path d="M8 6.75v3M8 11.4v.01"/>',
  info: '<circle cx="8" cy="8" r="5.5"/><path d="M8 7.5v3.25M8 5.25v.01"/>',
  user: '<circle cx="8" cy="5.25" r="2.5"/><path d="M3 13.5c.4-2.6 2.4-3.9 5-3.9s4.6 1.3 5 3.9"/>',
  code: '<path d="M5.5 4.5 2 8l3.5 3.5M10.5 4.5 14 8l-3.5 3.5"/>',
  expand: '<path d="M5 6 8 3l3 3M5 10l3 3 3-3"/>',
  collapse: '<path d="m5 3.25 3 3 3-3M5 12.75l3-3 3 3"/>',
  box: '<path d="M2.5 9.5 4.25 3h7.5l1.75 6.5v3a1 1 0 0 1-1 1h-9a1 1 0 0 1-1-1z"/><path d="M2.5 9.5H6l.75 1.5h2.5L10 9.5h3.5"/>',
  offline: '<path d="M2 2l12 12M3.5 7.5a7 7 0 0 1 2-1.3M8.5 5.3a7 7 0 0 1 4 2.2M5.5 10a3.6 3.6 0 0 1 3-1M8 12.5v.01"/>',
  rerun: '<path d="M13 8a5 5 0 1 1-1.6-3.65"/><path d="M13.25 2.25v2.9h-2.9"/>',
  home: '<path d="M2.5 7.2 8 2.75l5.5 4.45v5.3a1 1 0 0 1-1 1h-9a1 1 0 0 1-1-1z"/><path d="M6.5 13.5V9.75h3v3.75"/>',
  ask: '<path d="M3.5 2.75h9a1 1 0 0 1 1 1v6.5a1 1 0 0 1-1 1H8.25L5 13.75v-2.5H3.5a1 1 0 0 1-1-1v-6.5a1 1 0 0 1 1-1z"/><path d="M6.6 5.9c.1-.9.75-1.3 1.45-1.3.85 0 1.4.5 1.4 1.2 0 1-1.4 1.05-1.4 1.85"/><path d="M8.05 9.3v.01"/>',
  health: '<path d="M1.75 8.25h2.9L6.3 3.5l3.2 9 1.7-4.25h3.05"/>',
  left: '<path d="M10 3.75 5.75 8 10 12.25"/>',
  plus: '<path d="M8 3v10M3 8h10"/>',
  more: '<path d="M3.5 8h.01M8 8h.01M12.5 8h.01" stroke-width="2.2"/>',
  link: '<path d="M6.75 9.25a2.6 2.6 0 0 0 3.7 0l2-2a2.6 2.6 0 0 0-3.7-3.7l-.75.75"/><path d="M9.25 6.75a2.6 2.6 0 0 0-3.7 0l-2 2a2.6 2.6 0 0 0 3.7 3.7l.75-.75"/>',
  filter: '<path d="M2.5 4h11M4.75 8h6.5M6.75 12h2.5"/>',
  fork: '<circle cx="4" cy="3.5" r="1.5"/><circle cx="4" cy="12.5" r="1.5"/><circle cx="12" cy="6.5" r="1.5"/><path d="M4 5v6M12 8c0 2.2-2 2.6-4 2.7-2.2.1-4 .3-4 .3"/>',
  compare:
    '<rect x="2.25" y="3" width="4.5" height="10" rx="1"/><rect x="9.25" y="3" width="4.5" height="10" rx="1"/><path d="M4 6h1M4 8.5h1M11 6h1M11 10h1"/>',
  save: '<path d="M4 2.75h6.5l2.75 2.75v6.75a1 1 0 0 1-1 1H4a1 1 0 0 1-1-1v-8.5a1 1 0 0 1 1-1z"/><path d="M5.5 13.25V9.5h5v3.75M6 2.75V5.5h3.5"/>',
  download: '<path d="M8 2.5v7.25M5 7l3 3 3-3M2.75 13.25h10.5"/>',
  keyboard:
    '<rect x="1.75" y="4" width="12.5" height="8" rx="1.25"/><path d="M4.5 6.75h.01M7 6.75h.01M9.5 6.75h.01M11.75 6.75h.01M5 9.5h6"/>',
  tree: '<path d="M3 2.75v9a1 1 0 0 0 1 1h2.5M3 6.5h3.5"/><path d="M9 6.5h4.5M9 12.75h4.5M6 2.75h5"/>',
  graph:
    '<rect x="1.75" y="6" width="4" height="4" rx="1"/><rect x="10.25" y="2.25" width="4" height="4" rx="1"/><rect x="10.25" y="9.75" width="4" height="4" rx="1"/><path d="M5.75 8h1.5c1.75 0 1-3.75 3-3.75M7.25 8c1.75 0 1 3.75 3 3.75"/>',
  timeline: '<path d="M2.25 4h5M5.25 8h6.5M9 12h4.75"/>',
  log: '<path d="M2.75 3.5h10.5M2.75 6.5h7.5M2.75 9.5h10.5M2.75 12.5h5"/>',
  table: '<rect x="2.25" y="3" width="11.5" height="10" rx="1"/><path d="M2.25 6.5h11.5M6.5 6.5V13"/>',
  step: '<rect x="3.5" y="3.5" width="9" height="9" rx="2"/>',
  rpc: '<path d="M2.5 6h10M9.75 3.25 12.5 6M13.5 10h-10M6.25 12.75 3.5 10"/>',
  subflow:
    '<rect x="2.25" y="2.25" width="11.5" height="11.5" rx="2"/><rect x="5.5" y="5.5" width="5" height="5" rx="1"/>',
  person: '<circle cx="8" cy="5" r="2.25"/><path d="M3.5 13.25c.3-2.4 2.1-3.75 4.5-3.75s4.2 1.35 4.5 3.75"/>',
  root: '<circle cx="8" cy="8" r="5.25"/><path d="M7 5.9v4.2L10.1 8z" fill="currentColor"/>',
  edit: '<path d="M9.75 3.75 12.25 6.25 6 12.5l-3 .5.5-3z"/>',
  open: '<path d="M6.5 3.25H3.75a1 1 0 0 0-1 1v8a1 1 0 0 0 1 1h8a1 1 0 0 0 1-1V9.5M9.5 2.75h3.75V6.5M13 3 7.75 8.25"/>',
  arrow: '<path d="M3 8h10M9.25 4.25 13 8l-3.75 3.75"/>',
  sliders:
    '<path d="M2.5 4.5h4M10 4.5h3.5M2.5 11.5h2M8 11.5h5.5"/><circle cx="8.25" cy="4.5" r="1.75"/><circle cx="6.25" cy="11.5" r="1.75"/>',
  flag: '<path d="M4 13.5v-11M4 3h8l-2 2.75L12 8.5H4"/>',
  fit: '<path d="M2.75 6V2.75H6M10 2.75h3.25V6M13.25 10v3.25H10M6 13.25H2.75V10"/>',
  minus: '<path d="M3 8h10"/>',
  doc: '<path d="M4 2.25h5l3.25 3.25v7.25a1 1 0 0 1-1 1H4a1 1 0 0 1-1-1V3.25a1 1 0 0 1 1-1z"/><path d="M9 2.25V5.5h3.25M5.5 8.5h4.25M5.5 11h4.25"/>',
  bench: '<path d="M2.5 13.25h11M4 13V8.5M8 13V3.5M12 13V6.5"/>',
  skip: '<path d="M3.5 3.75 9.5 8l-6 4.25zM12.25 3.75v8.5"/>',
  first: '<circle cx="8" cy="8" r="2"/><path d="M8 1.75v2M8 12.25v2M1.75 8h2M12.25 8h2"/>',
  sort: '<path d="M5 3v10M2.5 10.5 5 13l2.5-2.5M11 13V3M8.5 5.5 11 3l2.5 2.5"/>',
} as const;

export type IconName = keyof typeof ICONS;

export const MARKS: Record<Status, string> = {
  pending:
    '<circle cx="7" cy="7" r="5.4" fill="none" stroke="currentColor" stroke-width="1.5" stroke-dasharray="1.7 1.7"/>',
  running:
    '<circle cx="7" cy="7" r="5.4" fill="none" stroke="currentColor" stroke-opacity=".28" stroke-width="1.7"/><path d="M7 1.6a5.4 5.4 0 0 1 5.4 5.4" fill="none" stroke="currentColor" stroke-width="1.9" stroke-linecap="round"/><circle cx="7" cy="7" r="1.9" fill="currentColor"/>',
  ok: '<circle cx="7" cy="7" r="6.2" fill="currentColor"/><path d="m4.3 7.2 1.9 1.9 3.6-3.9" fill="none" stroke="var(--bg-surface)" stroke-width="1.5" stroke-linecap="round" stroke-linejoin="round"/>',
  failed:
    '<path d="M4.5.9h5l3.6 3.6v5l-3.6 3.6h-5L.9 9.500v-5z" fill="currentColor"/><path d="m5 5 4 4M9 5 5 9" fill="none" stroke="var(--bg-surface)" stroke-width="1.5" stroke-linecap="round"/>',
  timed_out:
    '<path d="M5.4.7h3.2M7 .9v1.7" fill="none" stroke="currentColor" stroke-width="1.5" stroke-linecap="round"/><circle cx="7" cy="8" r="5.300" fill="currentColor"/><path d="M7 5.200V8l2 1.200" fill="none" stroke="var(--bg-surface)" stroke-width="1.4" stroke-linecap="round" stroke-linejoin="round"/>',
  cancelled:
    '<circle cx="7" cy="7" r="5.4" fill="none" stroke="currentColor" stroke-width="1.5"/><path d="m3.3 10.700 7.400-7.400" stroke="currentColor" stroke-width="1.5"/>',
  replayed:
    '<path d="M1.900 7a5.100 5.100 0 1 0 1.700-3.800" fill="none" stroke="currentColor" stroke-width="1.5" stroke-linecap="round"/><path d="M3.300.900v2.700H6" fill="none" stroke="currentColor" stroke-width="1.5" stroke-linecap="round" stroke-linejoin="round"/><path d="m5.200 7.200 1.400 1.400 2.300-2.700" fill="none" stroke="currentColor" stroke-width="1.4" stroke-linecap="round" stroke-linejoin="round"/>',
  awaiting_resume:
    '<rect x=".8" y=".8" width="12.4" height="12.4" rx="3.4" fill="currentColor"/><path d="M5.200 4.500v5M8.800 4.500v5" stroke="var(--bg-surface)" stroke-width="1.7" stroke-linecap="round"/>',
};
