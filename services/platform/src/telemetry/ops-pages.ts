// The pages for machines that look after a process: /livez, /readyz and /metrics, wherever they are served.

import type { Metrics } from './metrics.ts';
import { gauge } from './process-metrics.ts';
import type { Readiness } from './readiness.ts';

export interface OpsPage {
  readonly path: string;
  readonly answer: () => Promise<{ readonly status: number; readonly type: string; readonly body: string }>;
}

const TEXT = 'text/plain; charset=utf-8';

export function opsPages(options: { readonly readiness: Readiness; readonly metrics: Metrics }): readonly OpsPage[] {
  const { readiness, metrics } = options;
  gauge(metrics.meter, 'hero_up', 'Whether what the process needs answers: 1 or 0 for each.', async (set) => {
    for (const { name, problem } of await readiness.results()) set(problem === undefined ? 1 : 0, { needs: name });
  });
  return [
    // That it answers is what it says: a store that is down is no reason to start the process anew.
    { path: '/livez', answer: async () => ({ status: 200, type: TEXT, body: 'ok\n' }) },
    {
      path: '/readyz',
      answer: async () => {
        const results = await readiness.results();
        const lines = results.map(
          ({ name, problem }) =>
            `${problem === undefined ? 'ok ' : 'NOT'} ${name}${problem === undefined ? '' : `: ${problem}`}`,
        );
        const isReady = results.every(({ problem }) => problem === undefined);
        return {
          status: isReady ? 200 : 503,
          type: TEXT,
          body: [...lines, isReady ? 'ready' : 'not ready', ''].join('\n'),
        };
      },
    },
    {
      path: '/metrics',
      answer: async () => ({
        status: 200,
        type: 'text/plain; version=0.0.4; charset=utf-8',
        body: await metrics.text(),
      }),
    },
  ];
}
