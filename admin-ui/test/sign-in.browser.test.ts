// The pages of a server that asks for a key, against a real one: whoever has none sees the sign-in and nothing else; a wrong key says so; a good
// one leads to the page that was asked for, and its role says what can be done there; a key that is revoked under an open page leads back; signing out does too.

import { describe, expect, test } from 'vitest';
import { inspect } from './support/browser.ts';
import { useSite, why } from './support/site.ts';

const ADMIN_KEY = 'the-admin-key-of-this-test-0123456789';

describe.skipIf(why !== '')(`signing in in a browser${why}`, () => {
  const site = useSite({}, { HERO_LOGIC_ACCESS: 'keys', HERO_LOGIC_ADMIN_KEY: ADMIN_KEY });

  const admin = async <T>(method: string, params: object): Promise<T> => {
    const response = await fetch(`${site.run.url}/rpc`, {
      method: 'POST',
      headers: { authorization: `Bearer ${ADMIN_KEY}` },
      body: JSON.stringify({ jsonrpc: '2.0', id: 1, method, params }),
    });
    return ((await response.json()) as { result: T }).result;
  };

  test('in, out, and put out', async () => {
    const { page, troubles } = await site.open();
    const made = await admin<{ text: string; api_key: { sid: string } }>('api_key_create', {
      name: 'Ada',
      role: 'viewer',
    });
    await page.goto('/plays');
    await page.getByRole('heading', { name: 'hero-logic' }).waitFor();
    expect(await page.getByRole('link', { name: /Library/ }).count()).toBe(0);
    expect(await inspect(page, 'sign-in')).toEqual([]);
    await page.getByRole('button', { name: 'Sign in' }).click();
    await page.getByText('Give the text of a key').waitFor();
    await page.getByLabel('Key').fill('hl_wrong');
    await page.keyboard.press('Enter');
    await page.getByText('This key is not known').waitFor();
    await page.getByLabel('Key').fill(` ${made.text} `);
    await page.keyboard.press('Enter');
    await page.getByRole('heading', { name: 'Plays' }).waitFor();
    expect(new URL(page.url()).pathname).toBe('/plays');
    expect(await page.evaluate(() => document.cookie)).toBe('');
    const tour = await admin<{ sid: string }>('workflow_get', { name: 'tour' });
    await page.goto(`/workflows/${tour.sid}?tab=source`);
    await page.locator('.view-line').first().waitFor();
    await page.getByRole('textbox', { name: /Source of tour/ }).focus();
    await page.keyboard.insertText('# mine\n');
    await page.getByText('Changed, not saved').waitFor();
    const save = page.getByRole('button', { name: 'Save as a new version' });
    expect(await save.isDisabled(), 'a viewer writes no version').toBe(true);
    expect(await save.getAttribute('title')).toBe('It takes the role author.');
    await page.goto('/plays');
    await page.getByRole('heading', { name: 'Plays' }).waitFor();
    await page.reload();
    await page.getByRole('button', { name: 'Sign out' }).click();
    await page.getByLabel('Key').fill(made.text);
    await page.keyboard.press('Enter');
    await page.getByRole('heading', { name: 'Plays' }).waitFor();
    await admin('api_key_revoke', { sid: made.api_key.sid });
    await page.getByLabel('Key').waitFor({ timeout: 30_000 });
    expect(troubles).toEqual([]);
  });
});
