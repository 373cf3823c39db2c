// The admin UI in a real browser against a real local run: what a person does from the library to the result, and what they see
// when a step fails, a play is long, the server goes away and comes back.

import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { type LocalRun, startLocalRun } from '@hero-logic/cli/testing';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { inspect, openPage } from './support/browser.ts';
import { FAILING, GREETING, SLOW, WIDE } from './support/flows.ts';
import { hasChromium, launchBrowser } from './support/launch.ts';

const built = existsSync(fileURLToPath(new URL('../dist/index.html', import.meta.url)));
const why = !hasChromium ? ' (skipped: no chromium)' : built ? '' : ' (skipped: not built)';

describe.skipIf(why !== '')(`admin UI in a browser${why}`, () => {
  let run: LocalRun;
  let browser: Browser;
  const sids: Record<string, string> = {};

  beforeAll(async () => {
    run = await startLocalRun();
    browser = await launchBrowser();
    for (const [name, source] of Object.entries({
      ui_greeting: GREETING,
      ui_wide: WIDE,
      ui_failing: FAILING,
      ui_slow: SLOW,
    })) {
      const params = { name, python_source: source, description: `Made by a test: ${name}`, tags: ['test'] };
      sids[name] = (await run.rpc<{ sid: string }>('workflow_create', params)).sid;
    }
  });
  afterAll(async () => {
    await browser?.close();
    await run?.stop();
  });

  async function start(name: string, input: object, waitMs = 0): Promise<string> {
    const params = { workflow_name: name, input_data: input, wait_ms: waitMs };
    return (await run.rpc<{ sid: string }>('play_start', params)).sid;
  }

  test('from the library to the answer to the result', async () => {
    const { page, troubles } = await openPage(browser, run.url);
    await page.goto('/library');
    await page.getByRole('link', { name: 'ui_greeting' }).click();
    await page.waitForURL(`**/workflows/${sids.ui_greeting}?tab=run`);
    await page.getByRole('heading', { name: 'ui_greeting' }).waitFor();
    expect(await page.evaluate(() => document.activeElement?.id)).toBe('main');

    const begin = page.getByRole('button', { name: 'Start play' });
    await begin.click();
    await page.getByText('Fill this in.').waitFor();
    await page.getByLabel('name').fill('Ana');
    await page.getByLabel('times').fill('9');
    await begin.click();
    expect(await page.locator('#in-times-error').innerText()).toMatch(/5/);
    await page.getByRole('button', { name: 'As JSON' }).click();
    const twin = page.getByLabel('Inputs as JSON');
    expect(JSON.parse(await twin.inputValue())).toMatchObject({ name: 'Ana', loud: false });
    await page.getByRole('button', { name: 'As a form' }).click();
    await page.getByLabel('times').fill('2');
    await page.getByLabel('loud').check();
    await page.keyboard.press('Control+Enter');

    await page.waitForURL('**/plays/*');
    await page.getByRole('heading', { name: 'How shall we greet Ana?' }).waitFor();
    await page.getByText('Waiting for a person').first().waitFor();
    await page.getByRole('button', { name: 'Send answer' }).click();
    await page.getByText('Choose one.').waitFor();
    await page.getByRole('radio', { name: /Warm/ }).check();
    await page.keyboard.press('Control+Enter');

    await page.getByText('So good to see you'.toUpperCase()).first().waitFor();
    await page.locator('strong', { hasText: 'ANA.' }).waitFor();
    const tree = page.getByRole('tree', { name: 'Steps of the play' });
    expect(await tree.getByRole('treeitem').count()).toBe(4);
    await tree.focus();
    for (const key of ['Home', 'ArrowDown', 'ArrowDown']) await page.keyboard.press(key);
    await page.waitForURL('**/plays/*?span=*');
    const inspector = page.getByRole('complementary', { name: 'Selected step' });
    await inspector.getByRole('heading', { name: 'Find the words' }).waitFor();
    await inspector.getByRole('tab', { name: 'Output' }).click();
    await inspector.getByText('So good to see you, Ana.').waitFor();
    await inspector.getByRole('tab', { name: 'Logs' }).click();
    await inspector.getByText('looking for warm words').waitFor();
    expect(await inspect(page, 'play')).toEqual([]);

    await page.reload();
    await inspector.getByText('looking for warm words').waitFor();
    await page.getByRole('link', { name: 'Home', exact: true }).first().click();
    await page.getByText('Ran lately').waitFor();
    expect(troubles).toEqual([]);
  });

  test('a failed play shows its cause on the step, with attempts and traceback', async () => {
    const { page, troubles } = await openPage(browser, run.url);
    const sid = await start('ui_failing', {}, 20_000);
    await page.goto(`/plays/${sid}`);
    await page.getByRole('heading', { name: 'Why it failed' }).waitFor();
    await page.getByRole('treeitem', { name: /Score the rows/ }).click();
    const inspector = page.getByRole('complementary', { name: 'Selected step' });
    await inspector.getByText('Attempts').waitFor();
    await inspector.getByText('Traceback', { exact: true }).click();
    await inspector.getByText(/^Traceback \(most recent call last\)[\s\S]*KeyError: 'customer'/).waitFor();
    await inspector.getByRole('link', { name: /flow\.py:\d+/ }).click();
    await page.waitForURL('**/workflows/*&line=*');
    await page.locator('.line-named').waitFor();
    // And from the line back to the steps that ran there.
    await page.getByRole('button', { name: 'Errors', exact: true }).click();
    await page.locator('.line-note.bad', { hasText: '1 failed' }).waitFor();
    // Its bar has the size that the editor gives it by a style attribute.
    await page.locator('.heat-bad').waitFor();
    await page.getByRole('textbox', { name: /Source of ui_failing/ }).focus();
    for (const key of ['ArrowDown', 'ArrowUp']) await page.keyboard.press(key);
    await page
      .getByRole('region', { name: /^Steps of line/ })
      .getByRole('link', { name: 'Score the rows' })
      .click();
    await page.waitForURL(`**/plays/${sid}?span=*`);
    expect(troubles).toEqual([]);
  });

  test('a long play mounts only the rows in view, and the keyboard walks all of them', async () => {
    const { page, troubles } = await openPage(browser, run.url);
    const sid = await start('ui_wide', {}, 60_000);
    await page.goto(`/plays/${sid}`);
    await page.getByText('613 steps').waitFor();
    await page.getByRole('button', { name: 'Unfold all steps' }).click();
    const tree = page.getByRole('tree');
    await tree.focus();
    await page.keyboard.press('End');
    await tree.locator('[aria-selected="true"]').waitFor();
    expect(await tree.getByRole('treeitem').count()).toBeLessThan(80);
    expect(await tree.locator('[aria-selected="true"]').getAttribute('aria-setsize')).toBe('50');
    await tree.getByText('1198').first().waitFor();
    await page.keyboard.press('ArrowLeft');
    await page.keyboard.press('ArrowLeft');
    await tree.locator('[aria-selected="true"][aria-expanded="false"]').waitFor();
    expect(troubles).toEqual([]);
  });

  test('a running play goes on by itself after the server was away, and can be cancelled', async () => {
    const { page } = await openPage(browser, run.url);
    const sid = await start('ui_slow', {});
    await page.goto(`/plays/${sid}`);
    await page.getByText('Live', { exact: true }).waitFor();
    await page
      .getByRole('treeitem', { name: /Take a breath/ })
      .first()
      .waitFor();
    await run.stop();
    await page.getByText('Offline', { exact: true }).waitFor();
    await page.getByRole('treeitem', { name: /Breathe slowly/ }).waitFor();
    await run.restart();
    await page.getByText('Live', { exact: true }).waitFor({ timeout: 40_000 });
    const steps = async () => Number.parseInt(await page.getByText(/^[\d,]+ steps$/).innerText(), 10);
    const before = await steps();
    await expect.poll(steps, { timeout: 30_000 }).toBeGreaterThan(before);
    await page.getByRole('button', { name: 'Cancel' }).click();
    const dialog = page.getByRole('dialog', { name: 'Cancel this play?' });
    await dialog.getByRole('button', { name: 'Cancel play' }).click();
    await dialog.waitFor({ state: 'hidden' });
    await page.locator('header').getByText('Cancelled').waitFor();
  });

  test('addresses of nothing say so, and a theme is kept', async () => {
    const { page, troubles } = await openPage(browser, run.url);
    for (const [path, text] of [
      ['/plays/01jd0000000000000000000000', 'There is no such play'],
      ['/workflows/01jd0000000000000000000000', 'There is no such flow'],
      ['/nowhere/at/all', 'There is no page at this address'],
    ] as const) {
      await page.goto(path);
      await page.getByText(text).waitFor();
    }
    await page.getByRole('button', { name: 'Dark' }).click();
    await page.reload();
    expect(await page.evaluate(() => document.documentElement.dataset.theme)).toBe('dark');
    expect(troubles).toEqual([]);
  });
});
