import { createRouter } from 'sv-router';
import NotFound from './routes/NotFound.svelte';

export const { navigate, route } = createRouter({
  '/': () => import('./routes/Home.svelte'),
  '/workflows/:sid': () => import('./routes/Workflow.svelte'),
  '/plays/:sid': () => import('./routes/Play.svelte'),
  '*rest': NotFound,
});
