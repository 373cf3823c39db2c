// The page of a play with 10,000 and 50,000 steps in a real browser: until its tree is painted, frames while it is unfolded and scrolled,
// memory, how much JavaScript came first, and how late a step is seen live. Needs Chromium and a built admin UI.

import { gzipSync } from 'node:zlib';
import { hasChromium, launchBrowser } from '../../admin-ui/test/support/launch.ts';
import type { Report, Row } from '../report.ts';
import type { PerfServer } from '../server.ts';
import { spread } from '../stats.ts';
import { spanToPixels } from './ui-live.ts';

const FLOW = `
from hero_tracing import flow

@flow(name="many", title="Many steps")
def many(groups: int, size: int = 100) -> int:
    for g in range(groups):
        with flow.step(f"group {g}"):
            for n in range(size):
                with flow.step("one"):
                    pass
    return groups * size
`;

const SETTLE_MS = 500;

/** Runs in the page before its own scripts. */
const PROBE = `
window.__seen = {};
window.__long = [];
new PerformanceObserver((list) => { for (const e of list.getEntries()) window.__long.push(e.duration); }).observe({ type: 'longtask', buffered: true });
new MutationObserver(() => {
  if (window.__seen.tree !== undefined || document.querySelector('[role=treeitem]') === null) return;
  window.__seen.tree = 0;
  requestAnimationFrame(() => requestAnimationFrame(() => { window.__seen.tree = performance.now(); }));
}).observe(document, { childList: true, subtree: true });
`;

const SCROLL = `(async () => {
  window.__long.length = 0;
  const frame = () => new Promise((done) => requestAnimationFrame(done));
  for (const key of ['1', '2', '9', 'e', '3', 'e']) {
    dispatchEvent(new KeyboardEvent('keydown', { key }));
    for (let i = 0; i < 3; i++) await frame();
  }
  for (let i = 0; i < 60; i++) { scrollBy(0, 900); await frame(); }
  await frame();
  return Math.max(0, ...window.__long);
})()`;

export async function ui(server: PerfServer, rounds: number): Promise<Report> {
  if (!hasChromium) throw new Error('the scenario ui needs Chromium at /usr/bin/chromium or CHROMIUM_PATH');
  const browser = await launchBrowser();
  try {
    const workflowSid = await server.add('many', FLOW);
    const rows: Row[] = [];
    for (const [steps, goal] of [
      [10_000, 'at most 1,000'],
      [50_000, 'at most 2,000'],
    ] as const) {
      const inputData = JSON.stringify({ groups: steps / 100 - 1 });
      const play = await server.plays.startPlay({
        workflow: { case: 'workflowSid', value: workflowSid },
        inputData,
        waitMs: 600_000n,
      });
      const seen: Awaited<ReturnType<typeof look>>[] = [];
      for (let round = 0; round < Math.min(rounds, 5); round++) seen.push(await look(browser, server.url, play.sid));
      const name = `${steps.toLocaleString('en')} steps`;
      const figures = (key: keyof (typeof seen)[number]) => spread(seen.map((s) => s[key]));
      rows.push(
        { name: `${name}: navigation to the painted tree`, spread: figures('paintedMs'), unit: 'ms', goal },
        {
          name: `${name}: longest task while folding and scrolling`,
          spread: figures('longestMs'),
          unit: 'ms',
          goal: 'at most 50',
        },
        {
          name: `${name}: live JavaScript heap`,
          spread: figures('heapMb'),
          unit: 'MB',
          goal: steps === 10_000 ? 'under 150' : '',
        },
        {
          name: `${name}: JavaScript before the tree, compressed`,
          spread: figures('scriptKb'),
          unit: 'kB',
          goal: 'under 200',
        },
      );
    }
    rows.push(await spanToPixels(browser, server));
    return { title: 'Admin UI', rows };
  } finally {
    await browser.close();
  }
}

/** The policy is passed by: it would stop the probes as well. */
async function look(browser: Awaited<ReturnType<typeof launchBrowser>>, baseURL: string, playSid: string) {
  const context = await browser.newContext({ baseURL, bypassCSP: true, viewport: { width: 1280, height: 800 } });
  try {
    const page = await context.newPage();
    await page.addInitScript(PROBE);
    // Whoever opens a play has a browser that stands still: a fresh tab is still starting its process.
    await page.waitForTimeout(SETTLE_MS);
    let scriptBytes = 0;
    const bodies: Promise<void>[] = [];
    page.on('response', (response) => {
      if (!response.url().endsWith('.js')) return;
      bodies.push(
        response.body().then((body) => {
          scriptBytes += gzipSync(body).length;
        }),
      );
    });
    await page.goto(`/plays/${playSid}`);
    await page.waitForFunction('window.__seen.tree > 0', undefined, { timeout: 60_000 });
    const paintedMs = await page.evaluate<number>('window.__seen.tree');
    await Promise.all(bodies);
    const scriptKb = scriptBytes / 1000;
    // All steps are there once the stream has ended.
    await page.waitForFunction(
      "![...document.querySelectorAll('[role=status]')].some((e) => /Catching up|Live/.test(e.textContent))",
    );
    await page.waitForTimeout(500);
    const longestMs = await page.evaluate<number>(SCROLL);
    const devtools = await context.newCDPSession(page);
    await devtools.send('HeapProfiler.collectGarbage');
    const { usedSize } = await devtools.send('Runtime.getHeapUsage');
    return { paintedMs, longestMs, heapMb: usedSize / 1e6, scriptKb };
  } finally {
    await context.close();
  }
}
