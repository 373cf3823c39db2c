// What happens around a person: somebody else answers in another window, the way to the server is slow, breaks or holds replies back, there is no
// mouse. Nothing is lost, nothing is there twice, and the page says how things stand.

import { createHmac } from 'node:crypto';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { openPage } from './support/browser.ts';
import { FAILING, GREETING, SLOW } from './support/flows.ts';
import { type ReverseProxy, startProxy } from './support/proxy.ts';
import { useSite, why } from './support/site.ts';

const BRIEF = SLOW.replaceAll('ui_slow', 'ui_brief').replace('0.3', '0.05');

describe.skipIf(why !== '')(`journeys in a browser${why}`, () => {
  let proxy: ReverseProxy;
  const env: Record<string, string> = {};
  beforeAll(async () => {
    proxy = await startProxy(() => site.run.url);
    env.HERO_LOGIC_PUBLIC_URL = proxy.url;
  });
  const site = useSite({ ui_greeting: GREETING, ui_failing: FAILING, ui_brief: BRIEF }, env);
  afterAll(() => proxy.close());

  test('two windows: both see the answer that one of them gives, and who is second is told which one stands', async () => {
    const sid = await site.start('ui_greeting', { name: 'Mei' }, { wait_ms: 20_000 });
    const windows = await Promise.all([site.open(), site.open(), site.open()]);
    const [first, second, queue] = windows.map((w) => w.page) as [Page, Page, Page];
    await Promise.all([first.goto(`/plays/${sid}`), second.goto(`/plays/${sid}`), queue.goto('/needs-answer')]);
    await queue.getByRole('heading', { name: 'How shall we greet Mei?' }).waitFor();
    await second.getByRole('radio', { name: /Short/ }).check();
    // Both press at the same moment: each page still shows the question.
    await second.route('**/WatchPlay', (route) => route.abort());
    await second.evaluate(() => dispatchEvent(new Event('online')));
    await second.getByText('Offline', { exact: true }).waitFor();
    await first.getByRole('radio', { name: /Warm/ }).check();
    await first.getByRole('button', { name: 'Send answer' }).click();
    await first.locator('.prose').getByText('So good to see you, Mei.').waitFor();
    await second.getByRole('button', { name: 'Send answer' }).click();
    await second.getByText(/Answered already.*"warm"/).waitFor();
    await second.unroute('**/WatchPlay');
    await second.evaluate(() => dispatchEvent(new Event('online')));
    await second.locator('.prose').getByText('So good to see you, Mei.').waitFor();
    expect(await second.getByRole('region', { name: /Open question/ }).count()).toBe(0);
    await queue.getByText('This question is no longer open').waitFor();
    await queue.getByRole('link', { name: 'See the play' }).click();
    await queue.getByText('by admin UI').first().waitFor();
    expect(windows.flatMap((w) => w.troubles)).toEqual([]);
    await Promise.all(windows.map((w) => w.page.close()));
  });

  test('a slow way shows what is under way; a broken one is said and mended; no row is lost or there twice', async () => {
    const { page } = await openPage(site.browser, proxy.url);
    proxy.delayMs = 300;
    let letThrough = () => {};
    const seen = new Promise<void>((resolve) => {
      letThrough = resolve;
    });
    await page.route(/Get(Play|Skeleton)/, async (route) => {
      await seen;
      await route.continue();
    });
    // Longer than a slow machine needs to open the page and cut the way.
    const sid = await site.start('ui_brief', { times: 200 });
    await page.goto(`${proxy.url}/plays/${sid}`);
    await page.getByRole('status', { name: 'The play is loading' }).waitFor();
    letThrough();
    await page.getByText('Live', { exact: true }).waitFor();
    proxy.delayMs = 0;
    const steps = async () => Number.parseInt(await page.getByText(/^[\d,]+ steps$/).innerText(), 10);
    await expect.poll(steps, { timeout: 15_000 }).toBeGreaterThan(3);
    proxy.cut();
    await page.getByText('Offline', { exact: true }).waitFor();
    const before = await steps();
    expect(before).toBeGreaterThan(3);
    await page.getByText(/next try in \d+ s/).waitFor();
    proxy.mend();
    await page.getByRole('button', { name: 'Try now' }).click();
    await expect.poll(steps, { timeout: 15_000 }).toBeGreaterThan(before);
    await page.locator('header').getByText('Done').first().waitFor({ timeout: 30_000 });
    await expect.poll(steps, { timeout: 15_000 }).toBe(201);
    const { span_count } = await site.run.rpc<{ span_count: number }>('play_status', { play_sid: sid });
    expect(span_count).toBe(201);
    await page.close();
  });

  test('a link and the way back are followed while the address is being written, and nothing breaks', async () => {
    const { page, troubles } = await site.open();
    const sid = await site.start('ui_failing', {}, { wait_ms: 20_000 });
    await page.goto('/plays');
    await page.locator(`a[href$="${sid}"]`).click();
    await page.getByRole('heading', { name: 'Why it failed' }).waitFor();
    const pressDepth = `document.body.dispatchEvent(new KeyboardEvent('keydown', { key: '1', bubbles: true }))`;
    await page.evaluate(`${pressDepth}; document.querySelector('nav a[href="library"]').click()`);
    await page.getByRole('link', { name: 'ui_greeting' }).waitFor();
    await page.goBack();
    await page.getByRole('heading', { name: 'Why it failed' }).waitFor();
    await page.evaluate(`${pressDepth}; history.back()`);
    await page.getByText(/plays? shown/).waitFor();
    expect(troubles).toEqual([]);
  });

  test('who asked for less motion sees none, and the mark of what runs is there all the same', async () => {
    const { page, troubles } = await site.open();
    const sid = await site.start('ui_brief', { times: 200 });
    await page.goto(`/plays/${sid}`);
    const mark = page.locator('header .spin').first();
    await mark.waitFor();
    const endless = () =>
      page.evaluate(
        () => document.getAnimations().filter((a) => a.effect?.getComputedTiming().iterations === Infinity).length,
      );
    expect(await endless()).toBeGreaterThan(0);
    await page.emulateMedia({ reducedMotion: 'reduce' });
    await expect.poll(endless).toBe(0);
    const changing = await page.evaluate(() =>
      [...document.querySelectorAll('*')].filter((e) => Number.parseFloat(getComputedStyle(e).transitionDuration) > 0),
    );
    expect(changing).toEqual([]);
    expect(await mark.isVisible()).toBe(true);
    await site.run.rpc('play_cancel', { play_sid: sid });
    expect(troubles).toEqual([]);
  });

  test('what cannot be loaded says so, with its reason, and loads when asked again', async () => {
    const { page } = await openPage(site.browser, proxy.url);
    await page.goto(`${proxy.url}/`);
    await page.getByRole('heading', { name: 'What needs you now' }).waitFor();
    proxy.cut();
    await page.getByRole('link', { name: 'Library', exact: true }).first().click();
    await page.getByText('The page could not be loaded').waitFor();
    proxy.mend();
    await page.getByRole('button', { name: 'Try again' }).click();
    await page.getByRole('link', { name: 'ui_greeting' }).waitFor();
    await page.route('**/ListPlays**', (route) => route.abort());
    await page.getByRole('link', { name: 'Plays', exact: true }).first().click();
    await page.getByText('Plays could not be loaded').waitFor();
    await page.getByText('UNREACHABLE').first().waitFor();
    await page.unroute('**/ListPlays**');
    await page.getByRole('button', { name: 'Try again' }).first().click();
    await page.getByText(/plays? shown/).waitFor();
    await page.close();
  });

  test('behind a proxy that holds replies back the page asks again and again, and sees the play end', async () => {
    const { page } = await openPage(site.browser, proxy.url);
    proxy.holdsBack = true;
    const sid = await site.start('ui_brief', { times: 200 });
    await page.goto(`${proxy.url}/plays/${sid}`);
    await page.getByText('Live', { exact: true }).waitFor({ timeout: 20_000 });
    const steps = async () => Number.parseInt(await page.getByText(/^[\d,]+ steps$/).innerText(), 10);
    const before = await steps();
    await expect.poll(steps, { timeout: 15_000 }).toBeGreaterThan(before);
    await site.run.rpc('play_cancel', { play_sid: sid });
    await page.locator('header').getByText('Cancelled').first().waitFor();
    proxy.holdsBack = false;
    await page.close();
  });

  test('without a mouse: find the flow, start it, watch it, answer, fork it with another answer', async () => {
    const { page, troubles } = await site.open();
    const { keyboard } = page;
    // The tag, what tells it from others, and its words.
    const focused = () =>
      page.evaluate(() => {
        const at = document.activeElement;
        const told = ['id', 'role', 'type', 'name'].map((name) => `${name}="${at?.getAttribute(name) ?? ''}"`);
        return `${told.join(' ')} ${at?.textContent.trim().slice(0, 100)}`;
      });
    const tabTo = async (what: RegExp, key = 'Tab') => {
      for (let presses = 0; presses < 60 && !what.test(await focused()); presses++) await keyboard.press(key);
      expect(await focused()).toMatch(what);
    };
    await page.goto('/');
    await page.getByRole('heading', { name: 'What needs you now' }).waitFor();
    await keyboard.press('Tab');
    await keyboard.press('Enter');
    expect(await page.evaluate(() => document.activeElement?.id)).toBe('main');
    await keyboard.press('Control+k');
    await keyboard.type('ui_greeting');
    await page.getByRole('option', { name: /ui_greeting flow/ }).waitFor();
    await keyboard.press('Enter');
    await page.getByRole('heading', { name: 'ui_greeting' }).waitFor();
    await tabTo(/id="in-name"/);
    await keyboard.type('Kim');
    await keyboard.press('Control+Enter');
    await page.getByRole('heading', { name: 'How shall we greet Kim?' }).waitFor();
    await keyboard.press('a');
    await tabTo(/type="radio"/);
    await keyboard.press('ArrowDown');
    await keyboard.press('Control+Enter');
    await page.locator('.prose').getByText(/Kim\./).waitFor();
    const first = page.url();
    await tabTo(/role="tree/);
    for (const key of ['Home', 'ArrowDown', 'ArrowDown']) await keyboard.press(key);
    await page.waitForURL('**/plays/*?span=*');
    await tabTo(/ Fork$/, 'Shift+Tab');
    await keyboard.press('Enter');
    await page.getByRole('dialog', { name: 'Fork this play' }).waitFor();
    await tabTo(/name="fork-from"/);
    await keyboard.press('ArrowDown');
    await tabTo(/type="submit"/);
    await keyboard.press('Enter');
    await page.waitForURL((url) => !first.includes(url.pathname));
    await page.getByText('Forked from').waitFor();
    expect(troubles).toEqual([]);
  });

  test('two plays are compared step by step, from the list and from a play, with the first difference named', async () => {
    const { page, troubles } = await site.open();
    const play = (style: string) =>
      site.start(
        'ui_greeting',
        { name: style, times: style === 'warm' ? 2 : 1 },
        { wait_ms: 20_000, prefill_resumes_json: `{"style":"${style}"}` },
      );
    const a = await play('short');
    const b = await play('warm');
    await page.goto(`/compare?a=${a}`);
    await page.getByRole('region', { name: 'Compare with' }).getByRole('button').first().waitFor();
    await page.goto(`/compare?a=${a}&b=${b}`);
    await page.getByText('first difference', { exact: true }).waitFor();
    await page.getByText(/Then .*(happened|ended)/).waitFor();
    await page.getByRole('region', { name: 'Difference of the inputs' }).getByText('"warm"').waitFor();
    await page.getByRole('button', { name: 'Swap' }).click();
    await page.waitForURL(`**/compare?a=${b}&b=${a}`);
    await page.getByRole('button', { name: /^Changed/ }).click();
    await page.waitForURL('**show=changed');
    expect(troubles).toEqual([]);
  });

  test('a webhook is made, its secret shown once, tried, delivered to and given a new secret; a calendar fills in the past', async () => {
    const { page, troubles } = await site.open();
    await page.goto(`/workflows/${site.sids.ui_greeting}?tab=triggers`);
    await page.getByText('No triggers yet').waitFor();
    await page.getByRole('button', { name: 'New trigger' }).click();
    await page.getByLabel('Fires').selectOption({ label: 'when another system says so (webhook)' });
    await page.getByLabel('Name in its address').fill('Not A Slug');
    await page.getByRole('button', { name: 'Create trigger' }).click();
    await page.locator('#trigger-slug-error').waitFor();
    await page.getByLabel('Name in its address').fill('greet');
    for (const wrong of ['{"whom": "/who"}', '{"name":']) {
      await page.getByLabel('Inputs from the body').fill(wrong);
      await page.getByRole('button', { name: 'Create trigger' }).click();
      await page
        .locator('#trigger-mapping-error')
        .getByText(/unknown|no JSONata/)
        .waitFor();
    }
    await page.getByLabel('Inputs from the body').fill('{"name": "/who"}');
    await page.getByRole('button', { name: 'Create trigger' }).click();
    const once = page.getByRole('dialog', { name: 'Secret of the webhook' });
    const secret = await once.getByText(/^whsec_/).innerText();
    await once.getByRole('button', { name: 'I have it' }).click();
    await page.getByRole('button', { name: 'Details' }).click();
    await page.getByText(`${site.run.url}/hooks/greet`).waitFor();
    await page.getByRole('textbox', { name: 'Try a delivery' }).fill('{"who": 5}');
    await page.getByRole('button', { name: 'Try', exact: true }).click();
    await page.getByText(/name.*INVALID_INPUT/).waitFor();
    await page.getByRole('textbox', { name: 'Try a delivery' }).fill('{"who": "Ana"}');
    await page.getByRole('button', { name: 'Try', exact: true }).click();
    await page.getByRole('region', { name: 'Input of the play' }).getByText('"Ana"').waitFor();
    expect(await deliver(`${site.run.url}/hooks/greet`, secret, '{"who": "Ana"}')).toBe(202);
    expect(await deliver(`${site.run.url}/hooks/greet`, `${secret.slice(0, -6)}AAAAA=`, '{"who": "Ana"}')).toBe(401);
    const deliveries = page.getByRole('list', { name: 'Deliveries' });
    await deliveries.getByText('Taken', { exact: true }).waitFor();
    await deliveries
      .getByText(/^HOOK_|SIGNATURE|UNAUTHENTICATED/)
      .first()
      .waitFor();
    await page.getByRole('button', { name: 'New secret' }).click();
    await page.getByRole('button', { name: 'Make it' }).click();
    expect(await once.getByText(/^whsec_/).innerText()).not.toBe(secret);
    await once.getByRole('button', { name: 'I have it' }).click();

    await page.getByRole('button', { name: 'New trigger' }).click();
    await page.getByLabel('Fires').selectOption({ label: 'at the times of a calendar' });
    await page.getByLabel('Times').fill('0 0 1 1 *');
    await page.getByLabel('Time zone').fill('Europe/Bonn');
    await page.getByRole('button', { name: 'Create trigger' }).click();
    await page.locator('#trigger-zone-error').waitFor();
    await page.getByLabel('Time zone').fill('Europe/Berlin');
    await page.locator('#trigger-input').fill('{"name": "New year"}');
    await page.getByText('Late times, spreading, failures').click();
    await page.getByLabel('Late by up to').fill('0');
    await page.getByRole('button', { name: 'Create trigger' }).click();
    await page.locator('#trigger-late-error').waitFor();
    await page.getByLabel('Late by up to').fill('90');
    await page.getByLabel('Pauses after').fill('3');
    await page.getByRole('button', { name: 'Create trigger' }).click();
    await page.getByRole('listitem').filter({ hasText: '0 0 1 1 *' }).getByRole('button', { name: 'Details' }).click();
    const { triggers } = await site.run.rpc<{ triggers: object[] }>('trigger_list', { kind: 'cron' });
    expect(triggers).toMatchObject([{ catch_up_window: 5_400_000, pause_after_failures: 3 }]);
    const past = page.getByRole('form', { name: 'Fill in the past' });
    await past.getByLabel('From').fill('2024-06-01T00:00');
    await past.getByLabel('To').fill('2026-06-01T00:00');
    await past.getByRole('button', { name: 'Fill in' }).click();
    await past.getByText('2 due times: 2 to be started, 0 had a play before.').waitFor();
    await page
      .getByRole('list', { name: 'Firings' })
      .getByText(/filled in/)
      .first()
      .waitFor();
    expect(troubles).toEqual([]);
  });
});

/** As Standard Webhooks says; gives the status. */
async function deliver(url: string, secret: string, body: string): Promise<number> {
  const id = `msg_${Math.random()}`;
  const at = String(Math.floor(Date.now() / 1000));
  const key = Buffer.from(secret.replace('whsec_', ''), 'base64');
  const signature = createHmac('sha256', key).update(`${id}.${at}.${body}`).digest('base64');
  const headers = { 'webhook-id': id, 'webhook-timestamp': at, 'webhook-signature': `v1,${signature}` };
  return (await fetch(url, { method: 'POST', headers, body })).status;
}
