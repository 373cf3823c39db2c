// The UI below the prefix of a real reverse proxy: pages, their files and workers, calls, links and deep links all stay below it; so does the way
// through sign-in. The proxy may cut the prefix off or leave it on.

import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { openPage } from './support/browser.ts';
import { GREETING } from './support/flows.ts';
import { type ReverseProxy, startProxy } from './support/proxy.ts';
import { useSite, why } from './support/site.ts';

const PREFIX = '/team/flows';
const KEY = 'the-admin-key-of-this-test-0123456789';

describe.skipIf(why !== '')(`below a prefix in a browser${why}`, () => {
  let proxy: ReverseProxy;
  const env: Record<string, string> = { HERO_LOGIC_ACCESS: 'keys', HERO_LOGIC_ADMIN_KEY: KEY };
  beforeAll(async () => {
    proxy = await startProxy(() => site.run.url, PREFIX);
    env.HERO_LOGIC_PUBLIC_URL = proxy.url;
  });
  const site = useSite({ ui_greeting: GREETING }, env, KEY);
  afterAll(() => proxy.close());

  test('sign in, start, answer, see the source, reload a deep link', async () => {
    const { page, troubles } = await openPage(site.browser, proxy.url);
    const outside: string[] = [];
    page.on('request', (request) => {
      if (!request.url().startsWith(`${proxy.url}/`)) outside.push(request.url());
    });
    await page.goto(`${proxy.url}/library`);
    await page.getByLabel('Key').fill(KEY);
    await page.keyboard.press('Enter');
    await page.getByRole('link', { name: 'ui_greeting' }).click();
    await page.waitForURL(`${proxy.url}/workflows/*`);
    await page.getByLabel('name').fill('Ana');
    await page.getByRole('button', { name: 'Start play' }).click();
    await page.waitForURL(`${proxy.url}/plays/*`);
    await page.getByRole('radio', { name: /Warm/ }).check();
    await page.getByRole('button', { name: 'Send answer' }).click();
    await page.locator('.prose').getByText('So good to see you, Ana.').waitFor();
    await page.keyboard.press('2');
    await page.waitForURL(`${proxy.url}/plays/*depth=2`);
    await page.getByRole('button', { name: 'Graph', exact: true }).click();
    await page
      .getByRole('group', { name: 'Graph of the play' })
      .getByRole('button', { name: /Find the words/ })
      .waitFor();
    proxy.cutsPrefix = false;
    await page.reload();
    await page
      .getByRole('group', { name: 'Graph of the play' })
      .getByRole('button', { name: /Find the words/ })
      .waitFor();
    await page.getByRole('link', { name: 'v1' }).click();
    await page.getByRole('link', { name: /^Source/ }).click();
    await page.locator('.view-line', { hasText: 'find_words' }).first().waitFor();
    await page.goBack();
    await page.getByRole('link', { name: 'Home', exact: true }).first().click();
    await page.waitForURL(`${proxy.url}/`);
    await page.getByRole('button', { name: 'Sign out' }).click();
    await page.getByLabel('Key').waitFor();
    expect(outside).toEqual([]);
    expect(troubles).toEqual([]);
  });

  test('a play is asked for before any module of its page is there, and only once', async () => {
    const { page, troubles } = await openPage(site.browser, proxy.url);
    await page.request.post(`${proxy.url}/session`, { data: { key: KEY } });
    const sid = await site.start('ui_greeting', { name: 'Ana' }, { wait_ms: 20_000 }); // it changes no more
    const questions = ['GetPlay', 'GetSkeleton'];
    const asked: string[] = [];
    page.on('request', (request) => {
      const name = questions.find((q) => request.url().endsWith(`/${q}`));
      // Its question also reads how earlier plays of the flow were answered.
      if (name !== undefined && request.postDataBuffer()?.includes(sid)) asked.push(name);
    });
    let letModulesCome = () => {};
    const modules = new Promise<void>((resolve) => {
      letModulesCome = resolve;
    });
    await page.route('**/assets/*.js', async (route) => {
      await modules;
      await route.continue();
    });
    const answers = Promise.all(questions.map((name) => page.waitForResponse((r) => r.url().endsWith(`/${name}`))));
    await page.goto(`${proxy.url}/plays/${sid}`, { waitUntil: 'commit' });
    expect((await answers).map((answer) => answer.status())).toEqual([200, 200]);
    letModulesCome();
    await page.getByRole('treeitem').first().waitFor();
    expect(asked.sort()).toEqual(questions);
    expect(troubles).toEqual([]);
  });
});
