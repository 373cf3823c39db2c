// An exported play opens from a disk, without a server and without asking for anything, in the viewer of the admin UI: the same tree, views
// and inspector, read only, without what the rules take out.

import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { cli } from '@hero-logic/cli/testing';
import { describe, expect, test } from 'vitest';
import { inspect, openPage } from './support/browser.ts';
import { FAILING, GREETING } from './support/flows.ts';
import { useSite, why } from './support/site.ts';

const SECRETIVE = `
from hero_tracing import flow

@flow(title="Sign the letter")
def sign(text: str, api_key: str) -> dict:
    flow.current_span.log("signed with token=tok-4711")
    return {"text": text, "api_key": api_key}

@flow
def main(text: str = "hello", api_key: str = "sk-4711") -> dict:
    return sign(text, api_key)
`;

describe.skipIf(why !== '')(`a play as a file${why}`, () => {
  const site = useSite({ ui_failing: FAILING, ui_greeting: GREETING, ui_secretive: SECRETIVE });

  async function fileOf(sid: string): Promise<string> {
    const file = join(site.run.root, `${sid}.html`);
    expect(await cli(site.run, ['play', 'export', sid, '--html', file])).toMatchObject({ code: 0 });
    return pathToFileURL(file).href;
  }

  test('a failed play is read in every view with no server there', async () => {
    const url = await fileOf(await site.start('ui_failing', {}, { wait_ms: 20_000 }));
    const { page, troubles } = await openPage(site.browser, 'file://');
    await page.context().setOffline(true);
    await page.goto(url);
    await page.getByRole('button', { name: /Score the rows failed: KeyError/ }).waitFor();
    const inspector = page.getByRole('complementary', { name: 'Selected step' });
    for (const [view, sign] of [
      ['Graph', page.getByRole('group', { name: 'Graph of the play' }).getByRole('button', { name: /Score the rows/ })],
      ['Timeline', page.getByRole('list', { name: 'Timeline' }).getByRole('button', { name: /Score the rows/ })],
      ['Story', page.getByRole('list', { name: 'Story of the play' }).getByRole('button', { name: /Score the rows/ })],
      ['Table', page.getByRole('region', { name: 'Table of steps' }).getByRole('button', { name: /Score the rows/ })],
      ['Tree', page.getByRole('treeitem', { name: /Score the rows/ })],
    ] as const) {
      await page.getByRole('button', { name: view, exact: true }).click();
      await sign.click();
      await inspector.getByRole('heading', { name: 'Score the rows' }).waitFor();
    }
    await inspector.getByRole('tab', { name: 'Source' }).click();
    await inspector.getByRole('region', { name: /Source around line/ }).waitFor();
    expect(await page.locator('a[href]').count()).toBe(0);
    for (const name of ['Fork', 'More to do', 'Cancel'])
      expect(await page.getByRole('button', { name, exact: true }).count()).toBe(0);
    await page.reload();
    await inspector.getByRole('region', { name: /Source around line/ }).waitFor();
    await inspector.getByRole('button', { name: 'Close the step' }).click();
    expect(await inspect(page, 'play-file')).toEqual([]);
    expect(troubles).toEqual([]);
  });

  test('documents and logs are there, redacted; a question of a waiting play is shown and not asked', async () => {
    const signed = await fileOf(await site.start('ui_secretive', {}, { wait_ms: 20_000 }));
    const { page, troubles } = await openPage(site.browser, 'file://');
    await page.goto(signed);
    await page.getByRole('treeitem', { name: /Sign the letter/ }).click();
    const inspector = page.getByRole('complementary', { name: 'Selected step' });
    await inspector.getByRole('tab', { name: 'Output' }).click();
    await inspector.getByText('[redacted]').waitFor();
    await inspector.getByRole('tab', { name: 'Logs' }).click();
    await inspector.getByText('signed with token=[redacted]').waitFor();
    expect(await page.content()).not.toMatch(/4711/);

    await page.goto(await fileOf(await site.start('ui_greeting', { name: 'Ana' }, { wait_ms: 20_000 })));
    await page.getByRole('region', { name: /Open question/ }).waitFor();
    await page.getByText('It was open when the play was exported.').waitFor();
    await page.getByText(/A recorded play, as it stood at/).waitFor();
    expect(await page.getByRole('button', { name: 'Send answer' }).count()).toBe(0);
    expect(troubles).toEqual([]);
  });
});
