// Takes the pictures of the docs from a real local run with sample plays: `npm run pictures -w @hero-logic/admin-ui`.

import { mkdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { startLocalRun } from '@hero-logic/cli/testing';
import { FAILING, GREETING } from './support/flows.ts';
import { launchBrowser } from './support/launch.ts';

const FOLDER = fileURLToPath(new URL('../../docs/images', import.meta.url));
const PROJECT = 'hero-logic';

mkdirSync(FOLDER, { recursive: true });
const run = await startLocalRun();
const browser = await launchBrowser();
const start = (workflow_name: string, input_data: object, more: object = {}) =>
  run.rpc<{ sid: string }>('play_start', { workflow_name, input_data, wait_ms: 30_000, ...more });
try {
  const flow = await run.rpc<{ sid: string }>('workflow_create', {
    name: 'greeting',
    description: 'Asks how to greet somebody, then does it.',
    python_source: GREETING.replaceAll('ui_greeting', 'greeting'),
    tags: ['sample'],
  });
  await run.rpc('workflow_create', {
    name: 'customer_score',
    description: 'Scores the customers of a file.',
    python_source: FAILING.replaceAll('ui_failing', 'customer_score'),
    tags: ['sample'],
  });
  for (const name of ['Ana', 'Bo', 'Kim'])
    await start('greeting', { name }, { prefill_resumes_json: '{"style":"warm"}' });
  for (const name of ['Mei', 'Tomas']) await start('greeting', { name });
  await start('customer_score', {});
  await start('tour', { project: PROJECT }, { prefill_resumes_json: '{"tone":"plain"}' });
  const play = await start('tour', { project: PROJECT });
  for (const colorScheme of ['light', 'dark'] as const) {
    const page = await browser.newPage({ baseURL: run.url, colorScheme, viewport: { width: 1280, height: 720 } });
    for (const [name, path, sign] of [
      ['home', '/', 'Mei'],
      ['needs-answer', '/needs-answer', 'Short'],
      ['library', '/library', 'greeting'],
      ['plays', '/plays', 'customer_score'],
      ['failures', '/errors', 'KeyError'],
      ['health', '/system', 'Takes plays'],
      ['source', `/workflows/${flow.sid}?tab=source&heat=time`, 'find_words'],
      ['play', `/plays/${play.sid}`, 'Check the links'],
      ['graph', `/plays/${play.sid}?view=graph`, 'Check the links'],
      ['timeline', `/plays/${play.sid}?view=timeline`, 'Check the links'],
    ] as const) {
      await page.goto(path);
      await page.getByText(sign).first().waitFor({ timeout: 60_000 });
      await page.waitForTimeout(2000);
      // The drawn views stand below the question.
      if (path.includes('view=')) await page.mouse.wheel(0, 440);
      await page.waitForTimeout(500);
      await page.screenshot({ path: `${FOLDER}/${name}-${colorScheme}.png` });
    }
    await page.close();
  }
} finally {
  await browser.close();
  await run.remove();
}
