import { createRouter } from 'sv-router';
import type { Component } from 'svelte';
import CannotLoad from './routes/CannotLoad.svelte';
import NotFound from './routes/NotFound.svelte';

/** The files of a page may be out of reach: the server is away, or has newer ones. */
function page(load: () => Promise<{ default: Component }>): Promise<{ default: Component }> {
  return load().catch(() => ({ default: CannotLoad }));
}

// The router takes what holds "() => import(...)" for a page that is loaded when it is shown.
export const { navigate, route } = createRouter({
  '/': () => page(() => import('./routes/Home.svelte')),
  '/needs-answer': () => page(() => import('./routes/NeedsAnswer.svelte')),
  '/library': () => page(() => import('./routes/Library.svelte')),
  '/plays': () => page(() => import('./routes/Plays.svelte')),
  '/workflows/:sid': () => page(() => import('./routes/Workflow.svelte')),
  '/compare': () => page(() => import('./routes/Compare.svelte')),
  '/plays/:sid': () => page(() => import('./routes/Play.svelte')),
  '/jobs': () => page(() => import('./routes/Jobs.svelte')),
  '/errors': () => page(() => import('./routes/Errors.svelte')),
  '/webhooks': () => page(() => import('./routes/Webhooks.svelte')),
  '/system': () => page(() => import('./routes/Health.svelte')),
  '/access': () => page(() => import('./routes/Access.svelte')),
  '/sign-in': () => page(() => import('./routes/Home.svelte')),
  '/_ui': () => page(() => import('./routes/Ui.svelte')),
  '*rest': NotFound,
});
