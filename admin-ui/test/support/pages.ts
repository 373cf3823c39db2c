// Every page of the UI, in one place: a route that is missing here fails the test of all pages. `sign` is there once the page is.

export interface PageSpot {
  /** As the router has it. */
  readonly route: string;
  readonly name: string;
  /** Sids of a flow and its trigger, and of plays that are done, failed, waiting, and full of hostile words. */
  readonly path: (
    sids: Readonly<Record<'flow' | 'trigger' | 'done' | 'failed' | 'waiting' | 'hostile', string>>,
  ) => string;
  readonly sign: string | RegExp;
}

const tab = (name: string, sign: string | RegExp): PageSpot => ({
  route: '/workflows/:sid',
  name: `flow-${name}`,
  path: ({ flow, trigger }) => `/workflows/${flow}?tab=${name}&heat=time&trigger=${trigger}`,
  sign,
});
const view = (name: string, sign: string | RegExp): PageSpot => ({
  route: '/plays/:sid',
  name: `play-${name}`,
  path: ({ failed }) => `/plays/${failed}?view=${name}&depth=3`,
  sign,
});

export const PAGES: readonly PageSpot[] = [
  { route: '/', name: 'home', path: () => '/', sign: /waits for an answer; .*failed/ },
  { route: '/needs-answer', name: 'needs-answer', path: () => '/needs-answer', sign: 'Send and next' },
  { route: '/library', name: 'library', path: () => '/library', sign: 'ui_greeting' },
  { route: '/library', name: 'library-search', path: () => '/library?q=words', sign: 'Found by' },
  { route: '/plays', name: 'plays', path: () => '/plays?q=since%3A2h', sign: 'ui_failing' },
  tab('run', 'Start play'),
  tab('source', 'find_words'),
  tab('examples', 'Ana, short'),
  tab('benchmarks', /Runs of v/),
  tab('versions', 'Chance that it is best'),
  tab('triggers', 'Fill in the past'),
  tab('plays', 'Plays of this flow'),
  { route: '/plays/:sid', name: 'play-question', path: ({ waiting }) => `/plays/${waiting}`, sign: 'Send answer' },
  { route: '/plays/:sid', name: 'play-result', path: ({ done }) => `/plays/${done}`, sign: 'Result' },
  { route: '/plays/:sid', name: 'play-hostile', path: ({ hostile }) => `/plays/${hostile}`, sign: 'Result' },
  view('tree', 'Score the rows'),
  view('graph', 'Score the rows'),
  view('timeline', 'Score the rows'),
  view('story', 'Score the rows'),
  view('log', 'The play has printed and logged nothing.'),
  view('table', 'Score the rows'),
  {
    route: '/compare',
    name: 'compare',
    path: ({ done, waiting }) => `/compare?a=${waiting}&b=${done}`,
    sign: 'first difference',
  },
  { route: '/compare', name: 'compare-none', path: () => '/compare', sign: 'Nothing to compare yet' },
  { route: '/jobs', name: 'jobs', path: () => '/jobs', sign: 'No jobs yet' },
  { route: '/errors', name: 'errors', path: () => '/errors', sign: /KeyError/ },
  { route: '/errors', name: 'errors-none', path: () => '/errors?state=ignored', sign: 'No failure is ignored' },
  { route: '/webhooks', name: 'webhooks', path: () => '/webhooks', sign: 'No webhooks yet' },
  { route: '/system', name: 'health', path: () => '/system', sign: 'Hot spares' },
  { route: '/access', name: 'access', path: () => '/access', sign: 'What was done' },
  // The form itself stands before a server that asks for a key: sign-in.browser.test.ts.
  { route: '/sign-in', name: 'sign-in', path: () => '/sign-in', sign: 'What needs you now' },
  { route: '/_ui', name: 'design', path: () => '/_ui', sign: 'Design system' },
  { route: '*rest', name: 'nothing', path: () => '/nowhere/at/all', sign: 'There is no page at this address' },
  { route: '/plays/:sid', name: 'nothing-play', path: () => `/plays/${'0'.repeat(26)}`, sign: 'There is no such play' },
  {
    route: '/workflows/:sid',
    name: 'nothing-flow',
    path: () => `/workflows/${'0'.repeat(26)}`,
    sign: 'There is no such flow',
  },
];
