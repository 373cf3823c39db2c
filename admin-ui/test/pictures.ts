// Takes the pictures of the docs from a real local run with a sample play: `npm run pictures -w @hero-logic/admin-ui`.

import { mkdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { startLocalRun } from '@hero-logic/cli/testing';
import { launchBrowser } from './support/browser.ts';

const FOLDER = fileURLToPath(new URL('../../docs/images', import.meta.url));
const PROJECT = 'hero-logic';

mkdirSync(FOLDER, { recursive: true });
const run = await startLocalRun();
const browser = await launchBrowser();
try {
  await run.rpc('play_start', {
    workflow_name: 'tour',
    input_data: { project: PROJECT },
    prefill_resumes_json: '{"tone":"plain"}',
    wait_ms: 30_000,
  });
  const play = await run.rpc<{ sid: string }>('play_start', {
    workflow_name: 'tour',
    input_data: { project: PROJECT },
    wait_ms: 30_000,
  });
  for (const colorScheme of ['light', 'dark'] as const) {
    const page = await browser.newPage({ baseURL: run.url, colorScheme, viewport: { width: 1280, height: 640 } });
    for (const [name, path] of [
      ['library', '/'],
      ['play', `/plays/${play.sid}`],
    ]) {
      await page.goto(path as string);
      await page.waitForTimeout(1000);
      await page.screenshot({ path: `${FOLDER}/${name}-${colorScheme}.png` });
    }
    await page.close();
  }
} finally {
  await browser.close();
  await run.remove();
}
