// Every page in a real browser: axe finds nothing, light and dark, 1280 and 320 px wide; nothing is wider than the window, nothing is loaded from
// elsewhere, and the security policy has nothing to stop. Then the states that a page may be in: nothing there, out of time, gone, megabytes, hostile.

import { readFileSync } from 'node:fs';
import { beforeAll, describe, expect, test, vi } from 'vitest';
import { inspect } from './support/browser.ts';
import { ASKING, FAILING, GREETING, HOSTILE, LARGE, RULED } from './support/flows.ts';
import { PAGES } from './support/pages.ts';
import { useSite, why } from './support/site.ts';

const HURT = '<script>alert(1)</script>';
/** What the browser says of hostile Markdown while it is made safe, before any of it is in the page. */
const STOPPED = /^Executing inline event handler violates .*has been blocked/;
const read = (file: string) => readFileSync(new URL(`../src/${file}`, import.meta.url), 'utf8');
const all = (text: string, pattern: RegExp) => [...text.matchAll(pattern)].map((m) => m[1]);

test('the list of pages has every route, every tab of a flow and every view of a play', () => {
  const routes = all(read('router.ts'), /^ {2}'([^']+)':/gm);
  expect(routes.length).toBeGreaterThan(8);
  expect([...new Set(PAGES.map((p) => p.route))].sort()).toEqual(routes.sort());
  const names = PAGES.map((p) => p.name);
  const tabs = all(read('lib/features/workflow/WorkflowPage.svelte'), /\{ id: '(\w+)', word/g);
  const views = all(read('lib/features/play/view-state.svelte.ts'), /value: '(\w+)', word/g);
  expect(tabs.length * views.length).toBeGreaterThan(30);
  expect(names).toEqual(expect.arrayContaining([...tabs.map((t) => `flow-${t}`), ...views.map((v) => `play-${v}`)]));
});

describe.skipIf(why !== '')(`every page in a browser${why}`, () => {
  const failing = { ui_failing: FAILING, ui_hostile: HOSTILE, ui_asking: ASKING };
  const site = useSite({ ...failing, ui_greeting: GREETING, ui_large: LARGE, ui_ruled: RULED });
  const sids = { flow: '', trigger: '', done: '', failed: '', waiting: '', hostile: '' };
  beforeAll(async () => {
    const { rpc } = site.run;
    sids.flow = site.sids.ui_greeting ?? '';
    const wait = { wait_ms: 20_000 };
    const answered = { ...wait, prefill_resumes_json: '{"style":"warm"}' };
    const input_values = { name: '"Ana"' };
    await rpc('example_upsert', {
      workflow_sid: sids.flow,
      name: 'Ana, short',
      input_values,
      resumes: { style: '"short"' },
    });
    const cron = { workflow_sid: sids.flow, kind: 'cron', spec: { cron: '0 9 * * 1' }, input_data: { name: 'Ana' } };
    sids.trigger = (await rpc<{ sid: string }>('trigger_create', cron)).sid;
    await rpc('api_key_create', { name: 'ci', role: 'operator' });
    await rpc('workflow_create_version', {
      workflow_sid: sids.flow,
      python_source: `# Better\n${GREETING}`,
      set_current: false,
    });
    sids.done = await site.start('ui_greeting', { name: 'Ana' }, answered);
    sids.failed = await site.start('ui_failing', {}, wait);
    sids.hostile = await site.start('ui_hostile', { text: HURT }, wait);
    const { sid } = await rpc<{ sid: string }>('benchmark_run', { workflow_sid: sids.flow });
    const status = async () => (await rpc<{ status: string }>('benchmark_get', { benchmark_sid: sid })).status;
    await vi.waitUntil(async () => (await status()) === 'done', { timeout: 20_000 });
    sids.waiting = await site.start('ui_greeting', { name: 'Mei' }, wait);
  });

  let seen: Awaited<ReturnType<typeof site.open>> | undefined;
  test.each(PAGES.map((p) => [p.name, p] as const))('%s', async (name, spot) => {
    seen ??= await site.open();
    const { page, troubles } = seen;
    troubles.length = 0;
    await page.goto(spot.path(sids));
    await page.locator('main').getByText(spot.sign).first().waitFor();
    expect(await inspect(page, name)).toEqual([]);
    expect(troubles.filter((t) => !STOPPED.test(t))).toEqual([]);
  });

  test('a question whose time is over says what was taken; one without a default says why the play failed', async () => {
    const { page, troubles } = await site.open();
    const taken = await site.start('ui_asking', { default: 'later' });
    await page.goto(`/plays/${taken}`);
    await page.locator('.prose').getByText('later').waitFor();
    await page.getByRole('treeitem', { name: /Is it time/ }).click();
    await page.getByText('Nobody answered in time: its default was taken').waitFor();
    expect(await page.getByRole('region', { name: /Open question/ }).count()).toBe(0);
    const lost = await site.start('ui_asking', {});
    await page.goto(`/plays/${lost}`);
    await page.getByRole('heading', { name: 'Why it failed' }).waitFor();
    await page
      .getByText(/“Is it time.*” ran out of time/)
      .first()
      .waitFor();
    expect(troubles).toEqual([]);
  });

  test('a play whose flow was deleted stays readable', async () => {
    const { page, troubles } = await site.open();
    const { rpc } = site.run;
    const flow = await rpc<{ sid: string }>('workflow_create', {
      name: 'ui_gone',
      python_source: FAILING.replaceAll('ui_failing', 'ui_gone'),
    });
    const sid = await site.start('ui_gone', {}, { wait_ms: 20_000 });
    await rpc('workflow_delete', { workflow_sid: flow.sid });
    await page.goto(`/plays/${sid}`);
    await page.getByRole('heading', { name: 'Why it failed' }).waitFor();
    await page.getByRole('treeitem', { name: /Score the rows/ }).click();
    await page.getByRole('tab', { name: 'Source' }).click();
    await page
      .getByText(/source.*(could not|is gone|no longer)/i)
      .first()
      .waitFor();
    await page.getByRole('link', { name: 'ui_gone', exact: true }).first().click();
    await page.getByText('There is no such flow').waitFor();
    expect(troubles).toEqual([]);
  });

  test('a question with rules says who may answer, who is answering, and how many more have to', async () => {
    const sid = await site.start('ui_ruled', {}, { wait_ms: 20_000 });
    const [ana, bo] = await Promise.all([site.open(), site.open()]);
    for (const [{ page }, name] of [
      [ana, 'Cy'],
      [bo, 'Bo'],
    ] as const) {
      await page.goto(`/plays/${sid}`);
      await page.getByText('May answer: Ana, Bo. 2 people have to give an equal answer.').waitFor();
      await page.getByRole('textbox', { name: 'You are' }).fill(name);
      await page.getByRole('radio', { name: /Yes/ }).check();
    }
    await ana.page.getByRole('button', { name: 'I am answering' }).click();
    await ana.page.getByText(/"Cy" may not answer it; these may: Ana, Bo.*ANSWER_NOT_ALLOWED/).waitFor();
    await ana.page.getByRole('textbox', { name: 'You are' }).fill('Ana');
    await ana.page.getByRole('button', { name: 'I am answering' }).click();
    await bo.page.getByText(/Ana is answering; it is free again in/).waitFor();
    await bo.page.getByRole('button', { name: 'Send answer' }).click();
    await bo.page.getByText(/is being answered by Ana.*/).waitFor();
    expect(await inspect(bo.page, 'play-question-rules')).toEqual([]);
    await ana.page.getByRole('button', { name: 'Give it back' }).click();
    await bo.page.getByText('Nobody is answering yet.').waitFor();
    await ana.page.getByRole('button', { name: 'Send answer' }).click();
    await ana.page.getByText('1 more person has to give an equal one').waitFor();
    await bo.page.getByText('1 of 2 agree').waitFor();
    await bo.page.goto(`/needs-answer?question=${sid}%3A`);
    await bo.page.getByRole('button', { name: /Pay 12,000 EUR/ }).click();
    await bo.page.getByText('1 of 2 agree').waitFor();
    await bo.page.getByRole('radio', { name: /Yes/ }).check();
    await bo.page.getByRole('button', { name: 'Send and next' }).click();
    await ana.page.getByRole('heading', { name: 'Result' }).waitFor();
    expect([...ana.troubles, ...bo.troubles]).toEqual([]);
  });

  test('a play that was removed says by what and when', async () => {
    const { page, troubles } = await site.open();
    const { rpc } = site.run;
    const sid = await site.start('ui_failing', {}, { wait_ms: 20_000, tags: { test: 'gone' } });
    const job = { filter: 'label.test=gone', undo_window: 0 };
    const { sid: job_sid } = await rpc<{ sid: string }>('play_bulk_delete', job);
    const status = async () => (await rpc<{ status: string }>('play_bulk_get', { job_sid })).status;
    await vi.waitUntil(async () => (await status()) === 'done', { timeout: 20_000 });
    await page.goto(`/plays/${sid}`);
    await page.getByText('This play is not kept any more').waitFor();
    await page.getByText(/was removed by bulk job .* on \d{4}-.*PLAY_REMOVED/).waitFor();
    expect(await inspect(page, 'play-removed')).toEqual([]);
    expect(troubles).toEqual([]);
  });

  test('megabytes are shown in part, and the page stays quick', async () => {
    const { page, troubles } = await site.open();
    const sid = await site.start('ui_large', { megabytes: 3 }, { wait_ms: 30_000 });
    await page.goto(`/plays/${sid}`);
    await page
      .getByText(/The first 200,000 of 3,\d{3},\d{3} characters/)
      .first()
      .waitFor();
    expect(await page.evaluate(() => document.body.innerHTML.length)).toBeLessThan(600_000);
    expect(troubles).toEqual([]);
  });

  test('hostile words are shown and do nothing, in every view and in the lists', async () => {
    const { page, troubles } = await site.open();
    page.on('dialog', () => troubles.push('a dialog opened'));
    await page.goto(`/plays/${sids.hostile}`);
    for (const view of ['Graph', 'Timeline', 'Story', 'Table', 'Log', 'Tree']) {
      await page.getByRole('button', { name: view, exact: true }).click();
      await page
        .locator('main')
        .getByText(/script|onerror/)
        .first()
        .waitFor();
      expect(await page.evaluate(() => document.documentElement.scrollWidth - innerWidth), view).toBeLessThanOrEqual(0);
    }
    await page
      .getByRole('treeitem', { name: /script/ })
      .first()
      .click();
    await page.getByRole('tab', { name: 'Input' }).click();
    await page.getByRole('region', { name: 'Input' }).getByText('alert(1)').waitFor();
    const name = `\u202e${'n'.repeat(190)}`;
    const named = await site.run.rpc<{ sid: string }>('play_start', {
      workflow_name: 'ui_hostile',
      input_data: { text: HURT },
      name,
      wait_ms: 20_000,
    });
    await page.goto('/plays');
    await page.locator(`a[href$="${named.sid}"]`).waitFor();
    expect(await page.evaluate(() => document.documentElement.scrollWidth - innerWidth)).toBeLessThanOrEqual(0);
    expect(await page.locator('#main script, #main img').count()).toBe(0);
    expect(troubles.filter((t) => !STOPPED.test(t))).toEqual([]);
  });
});
