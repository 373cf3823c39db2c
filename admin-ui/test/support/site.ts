// What the browser tests of one file share: a local run with flows, a browser, and the reason to skip where one is missing.

import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { type LocalRun, startLocalRun } from '@hero-logic/cli/testing';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll } from 'vitest';
import { openPage } from './browser.ts';
import { hasChromium, launchBrowser } from './launch.ts';

const built = existsSync(fileURLToPath(new URL('../../dist/index.html', import.meta.url)));

/** Said in the name of what is skipped; empty = nothing is. */
export const why = !hasChromium ? ' (skipped: no chromium)' : built ? '' : ' (skipped: not built)';

export interface Site {
  readonly run: LocalRun;
  readonly browser: Browser;
  readonly sids: Readonly<Record<string, string>>;
  open(): Promise<{ page: Page; troubles: string[] }>;
  start(name: string, input: object, more?: object): Promise<string>;
}

/** Call it in a `describe`; the site is there once its tests run. `key` is shown to a server that asks for one. */
export function useSite(flows: Readonly<Record<string, string>>, env: Record<string, string> = {}, key = ''): Site {
  let run: LocalRun;
  let browser: Browser;
  const sids: Record<string, string> = {};
  const call = <T>(method: string, params: object) => run.rpc<T>(method, params, key);
  beforeAll(async () => {
    run = await startLocalRun({ env });
    browser = await launchBrowser();
    for (const [name, source] of Object.entries(flows)) {
      const params = { name, python_source: source, description: `Made by a test: ${name}`, tags: ['test'] };
      sids[name] = (await call<{ sid: string }>('workflow_create', params)).sid;
    }
  });
  afterAll(async () => {
    await browser?.close();
    await run?.remove();
  });
  return {
    get run() {
      return run;
    },
    get browser() {
      return browser;
    },
    sids,
    open: () => openPage(browser, run.url),
    async start(name, input, more = {}) {
      const params = { workflow_name: name, input_data: input, ...more };
      return (await call<{ sid: string }>('play_start', params)).sid;
    },
  };
}
