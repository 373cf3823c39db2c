// From a step that begins in its flow to its row on the screen of an open page: the step's name says when it began, the page when it painted it.

import type { launchBrowser } from '../../admin-ui/test/support/launch.ts';
import type { Row } from '../report.ts';
import type { PerfServer } from '../server.ts';
import { spread } from '../stats.ts';

const STEPS = 40;
const FLOW = `
import time

from hero_tracing import flow


@flow(name="ticking", title="Ticking")
def ticking(steps: int) -> int:
    for _ in range(steps):
        time.sleep(0.17)
        with flow.step(f"at {time.time_ns() // 1_000_000}"):
            pass
    return steps
`;

/** Runs in the page: both clocks are of this machine. */
const PROBE = `
window.__late = new Map();
new MutationObserver(() => {
  for (const row of document.querySelectorAll('[role=treeitem]')) {
    const at = /at (\\d{13})/.exec(row.textContent)?.[1];
    if (at === undefined || window.__late.has(at)) continue;
    window.__late.set(at, 0);
    requestAnimationFrame(() => requestAnimationFrame(() => window.__late.set(at, Date.now() - Number(at))));
  }
}).observe(document, { childList: true, subtree: true, characterData: true });
`;

type Browser = Awaited<ReturnType<typeof launchBrowser>>;

export async function spanToPixels(browser: Browser, server: PerfServer): Promise<Row> {
  const workflowSid = await server.add('ticking', FLOW);
  const context = await browser.newContext({
    baseURL: server.url,
    bypassCSP: true,
    viewport: { width: 1280, height: 2000 },
  });
  try {
    const page = await context.newPage();
    await page.addInitScript(PROBE);
    const play = await server.plays.startPlay({
      workflow: { case: 'workflowSid', value: workflowSid },
      inputData: JSON.stringify({ steps: STEPS }),
    });
    await page.goto(`/plays/${play.sid}`);
    await page.getByText('Live', { exact: true }).waitFor();
    // What was there before the page was is no change that came live.
    const before = await page.evaluate<number>('window.__late.size');
    await page.waitForFunction(`window.__late.size >= ${STEPS}`, undefined, { timeout: 60_000 });
    const late = await page.evaluate<number[]>('[...window.__late.values()]');
    return {
      name: 'a step begins to its row is painted, play open and live',
      spread: spread(late.slice(before).filter((ms) => ms > 0)),
      unit: 'ms',
      goal: 'p50 under 150',
    };
  } finally {
    await context.close();
  }
}
