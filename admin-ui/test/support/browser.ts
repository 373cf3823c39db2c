import { readFileSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import type { Browser, Page } from 'playwright-core';

const AXE = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
const WCAG = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa'];
/** Another appearance changes colours and nothing else. */
const COLOURS = ['color-contrast', 'link-in-text-block'];
const PICTURES = process.env.ADMIN_UI_PICTURES;

/** A page that remembers what went wrong: errors, and anything that the security policy stopped. */
export async function openPage(browser: Browser, baseURL: string): Promise<{ page: Page; troubles: string[] }> {
  const context = await browser.newContext({ baseURL, viewport: { width: 1280, height: 800 } });
  const page = await context.newPage();
  page.setDefaultTimeout(15_000);
  const troubles: string[] = [];
  page.on('pageerror', (error) => troubles.push(error.stack ?? error.message));
  page.on('console', (message) => {
    if (message.type() === 'error' && !message.text().includes('Failed to load resource'))
      troubles.push(message.text());
  });
  page.on('request', (request) => {
    if (!request.url().startsWith(baseURL) && !request.url().startsWith('data:'))
      troubles.push(`loaded ${request.url()}`);
  });
  return { page, troubles };
}

/** What axe finds in light and dark, wide and narrow, and whether the page is wider than a window of 320 px. Takes pictures where asked to. */
export async function inspect(page: Page, name: string): Promise<string[]> {
  const found: string[] = [];
  for (const [scheme, width, rules] of [
    ['light', 1280, WCAG],
    ['dark', 1280, COLOURS],
    ['dark', 320, COLOURS],
    ['light', 320, WCAG],
  ] as const) {
    await page.emulateMedia({ colorScheme: scheme, reducedMotion: 'reduce' });
    await page.setViewportSize({ width, height: width === 320 ? 720 : 800 });
    await page.evaluate(() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done))));
    const extra = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
    if (extra > 0) found.push(`${name} ${width} px: ${extra} px too wide`);
    if (!(await page.evaluate('"axe" in globalThis'))) await page.evaluate(AXE);
    const violations = await page.evaluate(
      async (asked) => {
        const axe = (globalThis as unknown as { axe: { run(o: object): Promise<{ violations: AxeViolation[] }> } }).axe;
        interface AxeViolation {
          readonly id: string;
          readonly nodes: readonly { readonly html: string }[];
        }
        return (await axe.run({ runOnly: asked })).violations.map(
          (v) => `${v.id}: ${v.nodes.map((n) => n.html).join(' ')}`,
        );
      },
      [...rules],
    );
    found.push(...violations.map((v) => `${name} ${scheme} ${width} px: ${v}`));
    if (PICTURES !== undefined) {
      await mkdir(PICTURES, { recursive: true });
      await page.screenshot({ path: join(PICTURES, `${name}-${scheme}-${width}.png`) });
    }
  }
  await page.emulateMedia({ colorScheme: 'light' });
  await page.setViewportSize({ width: 1280, height: 800 });
  return found;
}
