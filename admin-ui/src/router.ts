import { createRouter } from 'sv-router';
import NotFound from './routes/NotFound.svelte';

export const { navigate, route } = createRouter({
  '/': () => import('./routes/Home.svelte'),
  '/needs-answer': () => import('./routes/NeedsAnswer.svelte'),
  '/library': () => import('./routes/Library.svelte'),
  '/plays': () => import('./routes/Plays.svelte'),
  '/workflows/:sid': () => import('./routes/Workflow.svelte'),
  '/compare': () => import('./routes/Compare.svelte'),
  '/plays/:sid': () => import('./routes/Play.svelte'),
  '/system': () => import('./routes/Health.svelte'),
  '/sign-in': () => import('./routes/Home.svelte'),
  '/_ui': () => import('./routes/Ui.svelte'),
  '*rest': NotFound,
});
