// The page of one flow against a real server: an author writes a version in the browser, is told on the line what does not parse, keeps an
// example, measures two versions over it, and sees which one the runtime would pick.

import { describe, expect, test } from 'vitest';
import { inspect } from './support/browser.ts';
import { ASKING, GREETING } from './support/flows.ts';
import { useSite, why } from './support/site.ts';

describe.skipIf(why !== '')(`a flow in a browser${why}`, () => {
  const site = useSite({ ui_greeting: GREETING });
  const at = (search: string) => `/workflows/${site.sids.ui_greeting}${search}`;

  test('a version is written in the browser: what does not parse is marked on its line, then it is saved and beside the old one', async () => {
    const { page, troubles } = await site.open();
    await page.goto(at('?tab=source'));
    const editor = page.getByRole('textbox', { name: /Source of ui_greeting/ });
    await editor.waitFor({ state: 'attached' });
    await page.locator('.view-line', { hasText: 'find_words' }).first().waitFor();
    await editor.focus();
    await page.keyboard.press('Control+Home');
    await page.keyboard.insertText('x = = 1\n');
    const save = page.getByRole('button', { name: 'Save as a new version' });
    await save.click();
    await page.getByRole('button', { name: 'Save version' }).click();
    await page.getByText(/python_source: line 1, column \d+/i).waitFor();
    await page.locator('.squiggly-error').first().waitFor();
    await editor.focus();
    await page.keyboard.press('Control+Home');
    await page.keyboard.press('Shift+ArrowDown');
    await page.keyboard.insertText('# A better one\n');
    await save.click();
    await page.getByLabel('Notes').fill('Says what it is');
    await page.getByRole('button', { name: 'Save version' }).click();
    await page.getByText('Says what it is').waitFor();
    await page.getByLabel('Beside').selectOption({ label: 'v1' });
    await page.locator('.line-insert').first().waitFor();
    expect(troubles).toEqual([]);
  });

  test('a version that is written in the browser keeps the limits of the one that it was written from, and may have others', async () => {
    const { page, troubles } = await site.open();
    const limits = { wall_ms: 90_000, isolation: 'version' };
    const { sid } = await site.run.rpc('workflow_create', { name: 'ui_limited', python_source: ASKING, limits });
    await page.goto(`/workflows/${sid}?tab=source`);
    await page.locator('.view-line', { hasText: 'ui_asking' }).first().waitFor();
    await page.getByRole('textbox', { name: /Source of ui_limited/ }).focus();
    await page.keyboard.press('Control+Home');
    await page.keyboard.insertText('# Said better\n');
    await page.getByRole('button', { name: 'Save as a new version' }).click();
    await page.getByRole('button', { name: 'Save version' }).click();
    await expect.poll(() => page.getByRole('combobox', { name: 'Version' }).locator('option').count()).toBe(2);
    const { versions } = await site.run.rpc<{ versions: { limits: object }[] }>('workflow_get', { workflow_sid: sid });
    expect(versions.map((v) => v.limits)).toEqual([expect.objectContaining(limits), versions[0]?.limits]);

    await page.getByText('Limits: Time running 90,000 ms · Process: shared by the plays of this version').waitFor();
    await page.getByRole('textbox', { name: /Source of ui_limited/ }).focus();
    await page.keyboard.press('Control+Home');
    await page.keyboard.insertText('# With less memory\n');
    await page.getByRole('button', { name: 'Save as a new version' }).click();
    const dialog = page.getByRole('dialog', { name: 'Save as a new version' });
    await dialog.getByText('Limits', { exact: true }).click();
    expect(await dialog.getByLabel('Time running').inputValue()).toBe('90000');
    const save = dialog.getByRole('button', { name: 'Save version' });
    await dialog.getByLabel('Memory').fill('a lot');
    await save.click();
    await dialog.getByText('Write a whole number, or nothing for the default.').waitFor();
    await dialog.getByLabel('Memory').fill('16');
    await save.click();
    await dialog.getByText('Must be 0 (the default) or 32 to 1048576').waitFor();
    await expect
      .poll(() => dialog.getByLabel('Memory').evaluate((field) => field === document.activeElement))
      .toBe(true);
    expect(await inspect(page, 'limits')).toEqual([]);
    await dialog.getByLabel('Network').selectOption('hosts');
    await dialog.getByLabel('Hosts').fill('not a host');
    await dialog.getByLabel('Memory').fill('64');
    await save.click();
    await dialog.locator('#limit-hosts-error').waitFor();
    await dialog.getByLabel('Hosts').fill('api.example.com\n*.example.org:8443');
    await dialog.getByLabel('Process', { exact: true }).selectOption('of its own for each play');
    await save.click();
    await page.getByText(/^Limits: .*Memory 64 MiB · Network: certain hosts · api\.example\.com/).waitFor();
    const { versions: now } = await site.run.rpc<{ versions: { limits: object }[] }>('workflow_get', {
      workflow_sid: sid,
    });
    const hosts = ['api.example.com', '*.example.org:8443'];
    expect(now[0]?.limits).toMatchObject({ wall_ms: 90_000, memory_mb: 64, network: 'hosts', hosts });
    expect(now[0]?.limits).not.toMatchObject({ isolation: 'version' });
    expect(troubles).toEqual([]);
  });

  test('an example fills the form and answers its questions; an earlier input does too', async () => {
    const { page, troubles } = await site.open();
    await page.goto(at('?tab=examples'));
    await page.getByText('No examples yet').waitFor();
    await page.getByRole('button', { name: 'New example' }).click();
    await page.getByLabel('Name').fill('A friend');
    await page.getByLabel(/^Input/).fill('{"name": "Ana"');
    await page.getByRole('button', { name: 'Save example' }).click();
    await page.getByText('Must be an object').waitFor();
    await page.getByLabel(/^Input/).fill('{"name": "Ana"}');
    await page.getByLabel('Answers').fill('{"style": "warm"}');
    await page
      .getByLabel('Expected output')
      .fill('{"report": "## Greeting\\n\\n**So good to see you, Ana.**", "times": 1}');
    expect(await inspect(page, 'example')).toEqual([]);
    await page.getByRole('button', { name: 'Save example' }).click();
    await page.getByRole('cell', { name: 'A friend', exact: true }).waitFor();
    await page.getByRole('link', { name: 'Run', exact: true }).last().click();
    await page.getByText('Filled from the example A friend.').waitFor();
    expect(await page.locator('#in-name').inputValue()).toBe('Ana');
    await page.getByRole('button', { name: 'Start play' }).click();
    await page.locator('.prose').getByText('So good to see you, Ana.').waitFor();
    await page.goto(at('?tab=run'));
    await page.getByRole('button', { name: /name: Ana, times: 1/ }).click();
    await page.getByText('Filled from an earlier play.').waitFor();
    expect(troubles).toEqual([]);
  });

  test('two versions are measured live, and the weights show which one is picked and how sure that is', async () => {
    const { page, troubles } = await site.open();
    await page.goto(at('?tab=benchmarks'));
    for (const version of ['v1', 'v2, current']) {
      await page.getByRole('button', { name: 'Run a benchmark' }).click();
      const dialog = page.getByRole('dialog', { name: 'Run a benchmark' });
      await dialog.getByLabel('Version').selectOption({ label: version });
      await dialog.getByRole('button', { name: 'Run benchmark' }).click();
      await dialog.waitFor({ state: 'hidden' });
    }
    await page.getByRole('cell', { name: 'Done' }).nth(1).waitFor({ timeout: 60_000 });
    await page.getByRole('link', { name: 'Open' }).first().waitFor();
    await page.goto(at('?tab=versions&weights=100-0-0'));
    await page.getByText('Chance that it is best').waitFor();
    await page.getByRole('slider', { name: /Speed/ }).fill('100');
    await page.waitForURL('**weights=100-100-0');
    const auto = { workflow_name: 'ui_greeting', input_data: { name: 'Bo' }, version_sid: 'auto', wait_ms: 20_000 };
    const chosen = await site.run.rpc<{ sid: string }>('play_start', {
      ...auto,
      prefill_resumes_json: '{"style":"warm"}',
    });
    await page.goto(`/plays/${chosen.sid}`);
    await page.getByText(/^v\d was chosen by measurements, \d+ % sure/).click();
    await page
      .getByText(/best with \d+ %, \d+ runs/)
      .first()
      .waitFor();
    await page.goBack();
    await page.getByRole('button', { name: 'Make current' }).first().click();
    await page.getByRole('listitem').filter({ hasNotText: 'Compare' }).getByText('current', { exact: true }).waitFor();
    expect(troubles).toEqual([]);
  });

  test('a version whose plays share a process says what is given up, and others say nothing', async () => {
    const { page, troubles } = await site.open();
    const workflow = { workflow_sid: site.sids.ui_greeting, python_source: `${GREETING}\n# shares a process\n` };
    await site.run.rpc('workflow_create_version', { ...workflow, label: 'fast', limits: { isolation: 'version' } });
    await page.goto(`/workflows/${site.sids.ui_greeting}?tab=versions`);
    const rows = page.getByRole('listitem').filter({ has: page.getByRole('link', { name: /^(fast|v1)$/ }) });
    await rows.filter({ hasText: 'fast' }).getByText('a play can see and change what the ones after it do').waitFor();
    expect(await rows.filter({ hasText: 'share a process' }).count()).toBe(1);
    expect(await inspect(page, 'versions')).toEqual([]);
    expect(troubles).toEqual([]);
  });
});
