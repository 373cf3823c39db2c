// The places of the side bar against a real server: what needs a person comes first, a list never moves under the pointer, every state is in
// the address, and all of it goes by keyboard.

import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { describe, expect, test } from 'vitest';
import { inspect } from './support/browser.ts';
import { FAILING, GREETING, WIDE } from './support/flows.ts';
import { useSite, why } from './support/site.ts';

describe.skipIf(why !== '')(`places in a browser${why}`, () => {
  const flows = { ui_greeting: GREETING, ui_failing: FAILING, ui_wide: WIDE };
  const site = useSite(flows, { HERO_LOGIC_WEBHOOK_NETWORKS: '127.0.0.1' });

  test('home says what needs a person, and failures of one kind are one line', async () => {
    const { page, troubles } = await site.open();
    await site.start('ui_greeting', { name: 'Mei' }, { wait_ms: 20_000 });
    await site.start('ui_failing', {}, { wait_ms: 20_000 });
    await site.start('ui_failing', {}, { wait_ms: 20_000 });
    await page.goto('/');
    await page.getByText('1 question waits for an answer; 2 plays failed in the last 24 hours.').waitFor();
    const failed = page.getByRole('region', { name: 'Open failures' });
    expect(await failed.getByRole('listitem').count()).toBe(1);
    await page.getByRole('link', { name: /Needs answer.*1 open/ }).waitFor();
    await failed.getByRole('link', { name: '2 plays of ui_failing failed so' }).click();
    await page.waitForURL('**/plays?q=*');
    await page.getByText('2 plays shown').waitFor();
    expect(troubles).toEqual([]);
  });

  test('home names the trigger that is late, says how late it is, and leads to it', async () => {
    const { page, troubles } = await site.open();
    const cron = { workflow_sid: site.sids.ui_greeting, kind: 'cron', spec: { cron: '0 9 * * 1' } };
    const { next_fire_at: next } = await site.run.rpc<{ next_fire_at: number }>('trigger_create', {
      ...cron,
      name: 'Monday greeting',
      input_data: { name: 'Ana' },
    });
    // It has not fired by the clock of the server, and by that of whoever looks it should have.
    await page.clock.install({ time: next + 2 * 3_600_000 });
    await page.goto('/');
    const late = page.getByRole('status').filter({ hasText: 'Monday greeting' });
    await late.getByText('of ui_greeting is late: it was due 2 h ago').waitFor();
    await late.getByRole('link', { name: 'Monday greeting' }).click();
    await page.waitForURL('**/workflows/*?tab=triggers&trigger=*');
    await page.locator('main').getByText('Monday greeting').first().waitFor();
    expect(troubles).toEqual([]);
  });

  test('failures of one kind are resolved, ignored and opened again, and lead to their plays', async () => {
    const { page, troubles } = await site.open();
    await page.goto('/errors');
    const row = page.locator('main').getByRole('listitem').filter({ hasText: 'KeyError' });
    await row.getByText(/2 on v1/).waitFor();
    await page.getByRole('button', { name: /^Resolve KeyError/ }).click();
    await page.getByText('No failure is open').waitFor();
    await page.getByRole('button', { name: 'Resolved', exact: true }).click();
    await page.waitForURL('**/errors?state=resolved');
    await row.getByText('opens again with plays that start later, or on a version after v1').waitFor();
    await page.getByRole('button', { name: /^Open KeyError.* again/ }).click();
    await page.getByText('No failure is resolved').waitFor();
    await page.getByRole('button', { name: 'Open', exact: true }).click();
    await page.getByRole('button', { name: /^Ignore KeyError/ }).click();
    await page.getByRole('button', { name: 'Ignored', exact: true }).click();
    await row.getByRole('link', { name: '2 plays of ui_failing failed so' }).click();
    await page.getByText('2 plays shown').waitFor();
    expect(troubles).toEqual([]);
  });

  test('questions are answered one after the other without the mouse', async () => {
    const { page, troubles } = await site.open();
    for (const name of ['Ana', 'Kim']) await site.start('ui_greeting', { name }, { wait_ms: 20_000 });
    await page.goto('/needs-answer');
    await page.getByRole('heading', { name: '3 questions' }).waitFor();
    await page.getByRole('heading', { name: 'How shall we greet Mei?' }).waitFor();
    await page.keyboard.press('j');
    await page.getByRole('heading', { name: 'How shall we greet Ana?' }).waitFor();
    await page.keyboard.press('2');
    await page.getByRole('radio', { name: /Warm/ }).and(page.locator(':checked')).waitFor();
    await page.keyboard.press('1');
    await page.keyboard.press('Control+Enter');
    await page.getByRole('heading', { name: 'How shall we greet Kim?' }).waitFor();
    await page.getByText('no longer open').waitFor();
    await site.start('ui_greeting', { name: 'Zoe' }, { wait_ms: 20_000 });
    await page.getByRole('button', { name: '1 new' }).click();
    const before = page.url();
    await page.getByRole('button', { name: /greet Zoe/ }).click();
    await page.waitForURL((url) => url.href !== before);
    await page.getByRole('heading', { name: 'How shall we greet Zoe?' }).waitFor();
    await page.reload();
    await page.getByRole('heading', { name: 'How shall we greet Zoe?' }).waitFor();
    await page.getByLabel('Filter questions').fill('nobody asks this');
    await page.getByText('No open question has these words').waitFor();
    expect(troubles).toEqual([]);
  });

  test('the library finds by what a flow does and keeps its search in the address', async () => {
    const { page, troubles } = await site.open();
    let reads = 0;
    page.on('request', (request) => {
      if (request.url().endsWith('/ListWorkflows') || request.url().includes('/ListWorkflows?')) reads++;
    });
    await page.goto('/library');
    await page.getByRole('link', { name: 'ui_greeting' }).waitFor();
    // What was read is no reason to read again.
    expect(reads).toBe(1);
    await page.keyboard.press('/');
    await page.keyboard.type('greeting');
    await page.waitForURL('**/library?q=greeting');
    await page.locator('mark', { hasText: 'greeting' }).first().waitFor();
    await page.getByRole('textbox', { name: 'Search flows' }).fill('qzxwvy');
    await page.getByRole('button', { name: 'Clear the search', exact: true }).click();
    await page.waitForURL((url) => url.search === '');
    await page.getByRole('button', { name: 'New flow' }).click();
    await page.getByLabel('Name').fill('written here');
    await page.getByRole('button', { name: 'Create and write it' }).click();
    await page.getByRole('heading', { name: 'written here' }).waitFor();
    expect(troubles).toEqual([]);
  });

  test('plays are filtered by chips and by text, views are kept, new plays wait, and many are run again at once', async () => {
    const { page, troubles } = await site.open();
    await page.goto('/plays');
    await page.getByRole('link', { name: 'ui_failing' }).first().waitFor();
    await page.getByRole('button', { name: 'failed' }).click();
    await page.waitForURL('**/plays?q=status%3Afailed');
    await page.getByLabel('Filter plays').fill('flow:ui_failing');
    await page.keyboard.press('Enter');
    await page.getByRole('button', { name: 'Remove flow ui_failing' }).waitFor();
    await page.getByText('2 plays shown').waitFor();
    await page.getByRole('button', { name: 'Save view' }).click();
    await page.getByLabel('Name').fill('My failures');
    await page.keyboard.press('Enter');
    await page.getByRole('navigation', { name: 'Saved views' }).getByText('My failures').waitFor();
    await page.getByLabel('Choose all that are shown').check();
    await page.getByRole('button', { name: 'Run again' }).click();
    await page.getByRole('button', { name: 'Run 2 plays again' }).click();
    await page.getByText('2 of 2').waitFor();
    await page.getByRole('button', { name: '2 new' }).click();
    await page.getByText('4 plays shown').waitFor();
    await page.getByRole('button', { name: 'Text', exact: true }).click();
    expect(await page.getByLabel('Filter plays').inputValue()).toBe('status:failed flow:ui_failing');
    await page.getByLabel('Filter plays').fill('status:strange flow:nothing_of_this_name');
    await page.getByText(/at character 1, `status:strange` names the unknown status/).waitFor();
    await page.getByLabel('Filter plays').fill('status:failed flow:nothing_of_this_name');
    await page.getByText(/at character 15, .* there is none called "nothing_of_this_name"/).waitFor();
    await page.getByLabel('Filter plays').fill('-status:success,awaiting_resume workflow=ui_failing');
    await page.getByText('4 plays shown').waitFor();
    await page.getByRole('button', { name: 'All that fit' }).click();
    await page.getByText('The filter finds 4 plays.').waitFor();
    await page.getByRole('button', { name: 'Delete', exact: true }).click();
    await page.getByRole('button', { name: 'Delete: 4 plays' }).click();
    await page.getByText('Deleted: 4 plays of 4').waitFor();
    await page.getByText('No play fits this filter').waitFor();
    await page.getByRole('button', { name: 'Undo' }).click();
    await page.getByText('Brought back').waitFor();
    await page.getByText('4 plays shown').waitFor();
    expect(await inspect(page, 'plays-all-that-fit')).toEqual([]);
    expect(troubles).toEqual([]);
  });

  test('waiting plays are moved to another version at once; jobs are listed with what refused, and undone from there', async () => {
    const { page, troubles } = await site.open();
    await site.start('ui_greeting', { name: 'Pia' }, { wait_ms: 20_000 });
    const source = `${GREETING}# The same again.\n`;
    await site.run.rpc('workflow_create_version', { workflow_sid: site.sids.ui_greeting, python_source: source });
    await page.goto('/plays?q=flow%3Aui_greeting%20status%3Aawaiting_resume');
    await page.getByRole('button', { name: 'All that fit' }).click();
    await page.getByRole('button', { name: 'Move to a version', exact: true }).click();
    expect(await page.getByLabel('Flow', { exact: true }).inputValue()).toBe('ui_greeting');
    expect(await inspect(page, 'plays-move')).toEqual([]);
    await page.getByLabel('Version', { exact: true }).selectOption({ label: 'v2' });
    await page.getByRole('button', { name: /^Move to a version: \d+ play/ }).click();
    await page.getByText(/^Done: (\d+) plays? of \1$/).waitFor();
    await page.getByRole('button', { name: 'Close' }).click();
    await page.getByRole('button', { name: 'All that fit' }).click();
    await page.getByRole('button', { name: 'Delete', exact: true }).click();
    await page.getByRole('button', { name: /^Delete: / }).click();
    await page.getByText(/PLAY_NOT_ENDED/).waitFor();
    await page.getByRole('link', { name: 'Jobs' }).click();
    await page.getByRole('heading', { name: 'Jobs' }).waitFor();
    const jobs = page.locator('main').getByRole('listitem');
    await jobs.filter({ hasText: 'Move to a version' }).getByText('Done').waitFor();
    await page.getByRole('button', { name: /refused$/ }).click();
    await page.getByRole('list', { name: 'Plays that refused' }).getByText('PLAY_NOT_ENDED').first().waitFor();
    await page.getByRole('button', { name: 'Undo' }).first().click();
    await jobs.first().getByText('Brought back').waitFor();
    expect(await inspect(page, 'jobs')).toEqual([]);
    expect(troubles).toEqual([]);
  });

  test('a webhook is made, tried, told of a failure, told again, changed, given a new secret and deleted', async () => {
    const { page, troubles } = await site.open();
    const told: string[] = [];
    const receiver = createServer((request, reply) => {
      let body = '';
      request.on('data', (chunk: Buffer) => (body += chunk.toString()));
      request.on('end', () => {
        told.push((JSON.parse(body) as { type: string }).type);
        reply.writeHead(204).end();
      });
    });
    await new Promise<void>((done) => receiver.listen(0, '127.0.0.1', done));
    await page.goto('/webhooks');
    await page.getByRole('button', { name: 'New webhook' }).click();
    await page.getByRole('textbox', { name: /^Address/ }).fill('http://10.1.2.3/');
    await page.getByRole('button', { name: 'Make webhook' }).click();
    await page.locator('[aria-invalid]').waitFor();
    await page
      .getByRole('textbox', { name: /^Address/ })
      .fill(`http://127.0.0.1:${(receiver.address() as AddressInfo).port}/`);
    await page.getByRole('textbox', { name: /^Name/ }).fill('On call');
    await page.getByRole('checkbox', { name: 'play.failed' }).check();
    await page.getByRole('button', { name: 'Make webhook' }).click();
    await page.getByText(/whsec_/).waitFor();
    await page.getByRole('button', { name: 'I have it' }).click();
    await page.getByRole('button', { name: 'Test On call' }).click();
    await page.getByText(/^Arrived: webhook\.test · HTTP 204/).waitFor();
    await site.start('ui_failing', {}, { wait_ms: 20_000 });
    await page.getByRole('button', { name: 'Deliveries of On call' }).click();
    await page.getByRole('button', { name: /^Send again play\.failed · HTTP 204/ }).click();
    await page.getByText('1 delivery is sent again.').waitFor();
    await expect.poll(() => told).toEqual(['webhook.test', 'play.failed', 'play.failed']);
    expect(await inspect(page, 'webhooks-deliveries')).toEqual([]);
    const more = page.getByRole('button', { name: 'More for On call' });
    await more.click();
    await page.getByRole('menuitem', { name: 'Change' }).click();
    expect(await page.getByRole('checkbox', { name: 'play.failed' }).isChecked()).toBe(true);
    await page.getByRole('checkbox', { name: 'play.failed' }).uncheck();
    await page.getByLabel('Body').selectOption({ label: 'Of your own (JSONata)' });
    await page.getByRole('button', { name: 'Save' }).click();
    await page.locator('textarea[aria-invalid]').fill('{"text": $');
    await page.getByRole('button', { name: 'Save' }).click();
    await page.locator('textarea[aria-invalid]').fill('{"type": "told " & type}');
    await page.getByRole('button', { name: 'Save' }).click();
    await page.getByText(/· everything/).waitFor();
    await page.getByRole('button', { name: 'Test On call' }).click();
    await expect.poll(() => told.at(-1)).toBe('told webhook.test');
    await more.click();
    await page.getByRole('menuitem', { name: 'New secret' }).click();
    await page.getByLabel('Sign with the old one as well').selectOption({ label: 'For an hour' });
    await page.getByRole('button', { name: 'Make it' }).click();
    await page.getByText(/whsec_/).waitFor();
    await page.getByRole('button', { name: 'I have it' }).click();
    await more.click();
    await page.getByRole('menuitem', { name: 'Delete' }).click();
    await page.getByRole('button', { name: 'Delete webhook' }).click();
    await page.getByText('No webhooks yet').waitFor();
    expect(troubles).toEqual([]);
    receiver.close();
  });

  test('health shows the executor with its tier, slots and spares, the queue and the store', async () => {
    const { page, troubles } = await site.open();
    await page.goto('/system');
    const row = page.getByRole('region', { name: 'Executors, one a row' }).getByRole('row', { name: /local-/ });
    await row.getByText('Takes plays').waitFor();
    expect(await row.innerText()).toMatch(
      /local-\S+\s+Takes plays\s+(A\+|A|B|C|D)\b[\s\S]*\d+ of \d+\s+\d+\s+\d+\s+\d+ %/,
    );
    await page.getByRole('region', { name: 'Queue' }).getByText('nothing waits for a slot').waitFor();
    await page.getByRole('row', { name: /Store Scheduler Answers \d+ ms/ }).waitFor();
    expect(troubles).toEqual([]);
  });

  test('the palette and the sheet of keys open from anywhere; keys can be turned off', async () => {
    const { page, troubles } = await site.open();
    await page.goto('/system');
    await page.getByText('everything answers').waitFor();
    await page.keyboard.press('Control+k');
    await page.getByRole('combobox', { name: 'Search or jump to' }).waitFor();
    await page.keyboard.type('ui_wide');
    await page.getByRole('option', { name: /ui_wide flow/ }).waitFor();
    expect(await inspect(page, 'palette')).toEqual([]);
    await page.keyboard.press('Enter');
    await page.getByRole('heading', { name: 'ui_wide' }).waitFor();
    expect(await page.evaluate(() => document.activeElement?.id)).toBe('main');
    await page.keyboard.press('?');
    await page
      .getByRole('dialog', { name: 'Keyboard' })
      .getByLabel(/Keys without Ctrl/)
      .uncheck();
    await page.keyboard.press('Escape');
    await page.keyboard.press('?');
    expect(await page.getByRole('dialog', { name: 'Keyboard' }).isVisible()).toBe(false);
    await page.goto('/_ui');
    await page.getByRole('heading', { name: 'Design system' }).waitFor();
    expect(troubles).toEqual([]);
  });

  test('an empty library makes its first flow with one click, and that flow runs', async () => {
    const { page, troubles } = await site.open();
    const { workflows } = await site.run.rpc<{ workflows: { sid: string }[] }>('workflow_list', { page_size: 100 });
    for (const { sid } of workflows) await site.run.rpc('workflow_delete', { workflow_sid: sid, force: true });
    await page.goto('/');
    await page.getByText('No flows yet').waitFor();
    expect(await inspect(page, 'first-run')).toEqual([]);
    await page.getByRole('button', { name: 'Create the sample flow' }).click();
    await page.getByRole('heading', { name: 'hello_sample' }).waitFor();
    await page.getByRole('button', { name: 'Start play' }).click();
    await page.getByRole('radio', { name: /Short/ }).check();
    await page.getByRole('button', { name: 'Send answer' }).click();
    await page.locator('.prose').getByText('Hi, world.').waitFor();
    expect(troubles).toEqual([]);
  });
});
