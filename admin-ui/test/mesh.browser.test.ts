// The pages over services in processes of their own, one of which is not there: home says what is wrong and what to do next, before anybody
// wonders why a play does not run.

import { createMesh, type Mesh } from '@hero-logic/cli/testing/mesh';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { inspect, openPage } from './support/browser.ts';
import { GREETING } from './support/flows.ts';
import { launchBrowser } from './support/launch.ts';
import { why } from './support/site.ts';

describe.skipIf(why !== '')(`the pages of a mesh in a browser${why}`, () => {
  let mesh: Mesh;
  let browser: Browser;
  beforeAll(async () => {
    mesh = await createMesh({ HERO_LOGIC_LOG: 'fatal' });
    await Promise.all(['registry', 'scheduler'].map((service) => mesh.serve(service)));
    await mesh.serve('bridge');
    browser = await launchBrowser();
  });
  afterAll(async () => {
    await browser?.close();
    await mesh?.close();
  });

  test('without an executor home says so, and is glad again when one has come', async () => {
    await mesh.rpc('workflow_create', { name: 'ui_greeting', python_source: GREETING });
    const { sid } = await mesh.rpc<{ sid: string }>('play_start', {
      workflow_name: 'ui_greeting',
      input_data: { name: 'Mei' },
    });
    const { page, troubles } = await openPage(browser, mesh.url('bridge'));
    await page.goto('/');
    const trouble = page.getByRole('status').filter({ hasText: 'No executor is alive: plays stay in the queue.' });
    await trouble.getByText('Start one, or read in its log why it ended.').waitFor();
    expect(await inspect(page, 'home-trouble')).toEqual([]);
    await trouble.getByRole('link', { name: 'Health' }).click();
    await page.waitForURL('**/system');
    await page.getByText('No executor is alive: plays stay in the queue.').waitFor();
    await mesh.serve('executor');
    await page.goto(`/plays/${sid}`);
    await page.getByRole('heading', { name: 'How shall we greet Mei?' }).waitFor({ timeout: 30_000 });
    await page.goto('/');
    await page.getByText('1 question waits for an answer').waitFor();
    await expect.poll(() => trouble.count(), { timeout: 30_000 }).toBe(0);
    expect(troubles).toEqual([]);
  });
});
