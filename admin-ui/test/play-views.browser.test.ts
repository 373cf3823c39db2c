// One play seen in every way against a real server: one selection, depth and filter for all views, each of them an address; then what is done
// with a play: fork with another answer, check against another version, hold, save as an example, look at an earlier moment.

import type { Locator } from 'playwright-core';
import { describe, expect, test } from 'vitest';
import { inspect } from './support/browser.ts';
import { FAILING, GREETING, VAST, WIDE } from './support/flows.ts';
import { useSite, why } from './support/site.ts';

describe.skipIf(why !== '')(`views of a play in a browser${why}`, () => {
  const site = useSite({ ui_greeting: GREETING, ui_failing: FAILING, ui_wide: WIDE, ui_vast: VAST });

  test('tree, graph, timeline, story, log and table show the same play', async () => {
    const { page, troubles } = await site.open();
    const sid = await site.start('ui_failing', {}, { wait_ms: 20_000 });
    await page.goto(`/plays/${sid}`);
    await page.getByRole('button', { name: /Score the rows failed: KeyError/ }).waitFor();
    await page.getByText('took 1 step above with it').waitFor();
    const inspector = page.getByRole('complementary', { name: 'Selected step' });
    for (const [view, sign] of [
      ['Graph', page.getByRole('group', { name: 'Graph of the play' }).getByRole('button', { name: /Score the rows/ })],
      ['Timeline', page.getByRole('list', { name: 'Timeline' }).getByRole('button', { name: /Score the rows/ })],
      ['Story', page.getByRole('list', { name: 'Story of the play' }).getByRole('button', { name: /Score the rows/ })],
      ['Table', page.getByRole('region', { name: 'Table of steps' }).getByRole('button', { name: /Score the rows/ })],
    ] as const) {
      await page.getByRole('button', { name: view, exact: true }).click();
      await page.waitForURL(`**view=${view.toLowerCase()}*`);
      await sign.click();
      await inspector.getByRole('heading', { name: 'Score the rows' }).waitFor();
      await inspector.getByRole('button', { name: 'Close the step' }).click();
    }
    await page.getByRole('button', { name: 'Tree', exact: true }).click();
    await page.keyboard.press('0');
    await page.waitForURL('**depth=0*');
    await page.getByRole('textbox', { name: 'Filter steps' }).fill('load');
    await page.getByRole('treeitem', { name: /Load the rows/ }).waitFor();
    await expect.poll(() => page.getByRole('treeitem').count()).toBe(2);
    await page.getByRole('textbox', { name: 'Filter steps' }).fill('status:running');
    await page.getByText('No step fits.').waitFor();
    expect(troubles).toEqual([]);
  });

  test('many equal steps are one row with what they came to', async () => {
    const { page, troubles } = await site.open();
    const sid = await site.start('ui_wide', { groups: 2, size: 40 }, { wait_ms: 60_000 });
    await page.goto(`/plays/${sid}?depth=1`);
    await page
      .getByRole('treeitem', { name: /Count a group/ })
      .first()
      .waitFor();
    expect(await page.getByRole('treeitem').count()).toBe(3);
    await page.keyboard.press('9');
    await page
      .getByRole('treeitem', { name: /Count one 40×/ })
      .first()
      .click();
    await page.getByRole('complementary', { name: 'Selected steps' }).getByText('Slowest').waitFor();
    await page.keyboard.press('e');
    await expect.poll(() => page.getByRole('treeitem').count()).toBeGreaterThan(20);
    expect(troubles).toEqual([]);
  });

  test('fifty thousand steps: the one that failed is found, the keyboard goes to the last, and only what is in view is mounted', async () => {
    const { page, troubles } = await site.open();
    const sid = await site.start('ui_vast', {}, { wait_ms: 120_000 });
    await page.goto(`/plays/${sid}`);
    await page.getByText('50,501 steps').waitFor({ timeout: 60_000 });
    const steps = page.getByRole('treeitem');
    const filter = page.getByRole('textbox', { name: 'Filter steps' });
    await filter.fill('status:failed');
    await page.waitForURL('**filter=status*');
    await steps.filter({ hasText: 'odd one' }).waitFor();
    await expect.poll(() => steps.count()).toBe(3);
    // The address says when a filter or a depth has been taken: both wait a moment for more keys.
    await filter.fill('');
    await page.waitForURL((url) => !url.searchParams.has('filter'));
    await page.getByRole('tree').focus();
    await page.keyboard.press('1');
    await page.waitForURL('**depth=1*');
    await page.keyboard.press('e');
    await page.locator('[aria-level="3"]').nth(10).waitFor();
    await page.keyboard.press('End');
    const last = page.getByRole('treeitem', { selected: true });
    await last.waitFor();
    const placeOf = ['aria-level', 'aria-posinset', 'aria-setsize'].map((name) => last.getAttribute(name));
    expect(await Promise.all(placeOf)).toEqual(['3', '100', '100']);
    expect(await steps.count()).toBeLessThan(80);
    await page.getByRole('button', { name: 'Table', exact: true }).click();
    const table = page.getByRole('region', { name: 'Table of steps' });
    await table.getByRole('button', { name: 'one' }).first().waitFor();
    const inView = (y = -1) => y > 100 && y < 790;
    const isSeen = async (row: Locator) => inView((await row.boundingBox())?.y);
    await expect.poll(() => isSeen(table.locator('tr.bg-selected')), { message: 'the selected step' }).toBe(true);
    await page.getByRole('button', { name: 'Tree', exact: true }).click();
    await steps.nth(10).waitFor();
    await page.getByRole('button', { name: 'Close the step' }).click();
    await page.mouse.wheel(0, 5000);
    await page.getByRole('button', { name: 'Table', exact: true }).click();
    const head = table.getByRole('columnheader', { name: 'Step' });
    await head.waitFor();
    await expect.poll(() => isSeen(head), { message: 'its top' }).toBe(true);
    expect(await page.evaluate(() => document.querySelectorAll('*').length)).toBeLessThan(4000);
    expect(troubles).toEqual([]);
  });

  test('a finished play is forked from its question with another answer, checked, seen as it was, and kept as an example', async () => {
    const { page, troubles } = await site.open();
    const sid = await site.start(
      'ui_greeting',
      { name: 'Ana' },
      { wait_ms: 20_000, prefill_resumes_json: '{"style":"warm"}' },
    );
    await page.goto(`/plays/${sid}`);
    await page.getByRole('button', { name: 'More to do' }).click();
    await page.getByRole('menuitem', { name: 'Check against a version' }).click();
    await page.getByRole('button', { name: 'Check', exact: true }).click();
    await page.getByText('It fits').waitFor();
    expect(await inspect(page, 'check')).toEqual([]);
    await page.keyboard.press('Escape');
    await page.getByRole('button', { name: 'More to do' }).click();
    await page.keyboard.press('ArrowDown');
    await page.keyboard.press('ArrowDown');
    await page.keyboard.press('Enter');
    await page.getByLabel('Name').fill('From a play');
    await page.getByRole('button', { name: 'Save example' }).click();
    await page.getByRole('dialog').waitFor({ state: 'hidden' });
    const { examples } = await site.run.rpc<{ examples: { name: string; resumes: object }[] }>('example_list', {
      workflow_sid: site.sids.ui_greeting,
    });
    expect(examples).toMatchObject([{ name: 'From a play', resumes: { style: '"warm"' } }]);
    await page.getByRole('slider', { name: 'As of' }).fill('0');
    await page.getByText(/The play as it stood at/).waitFor();
    await page.getByText('No step fits.').waitFor();
    await page.getByRole('button', { name: 'Catch up' }).click();
    await page.getByRole('treeitem', { name: /This is kept/ }).click();
    await page.getByRole('button', { name: 'Fork', exact: true }).click();
    const dialog = page.getByRole('dialog', { name: 'Fork this play' });
    expect(await inspect(page, 'fork')).toEqual([]);
    await dialog.getByRole('radio', { name: 'the start; nothing is kept' }).check();
    await dialog.getByRole('button', { name: 'Fork play' }).click();
    await page.waitForURL((url) => !url.pathname.endsWith(sid));
    await page.getByText('Forked from').waitFor();
    await page
      .getByRole('region', { name: /Open question/ })
      .or(page.getByText('Why it failed'))
      .first()
      .waitFor();
    expect(troubles).toEqual([]);
  });
});
