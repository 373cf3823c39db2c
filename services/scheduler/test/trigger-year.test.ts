// Contract: over a whole year, in four zones with their clock changes, every due time gets exactly one play, whether it is
// met in time or late, over restarts.

import { afterEach, expect, test } from 'vitest';
import { parseSpec, timesAfter } from '../src/domain/trigger/schedule.ts';
import { createTriggerWorld } from './trigger-world.ts';

let w: ReturnType<typeof createTriggerWorld>;
afterEach(() => w.close());

const ZONES = ['Europe/Berlin', 'America/New_York', 'Asia/Kolkata', 'Australia/Lord_Howe'];
/** The one day on which the clock of the zone has no 02:30. */
const LATER: Record<string, string[]> = {
  'Europe/Berlin': ['29/03/2026, 03:00'],
  'America/New_York': ['08/03/2026, 03:00'],
};
const DAY = 86_400_000;

test('a year of 02:30 and of every six hours', async () => {
  w = createTriggerWorld('2026-01-01T00:00:00Z');
  const start = w.clock.now();
  const end = start + 365 * DAY;
  const specs = ZONES.flatMap((zone) =>
    ['30 2 * * *', '0 */6 * * *'].map((cron) => JSON.stringify({ cron, time_zone: zone })),
  );
  const sids: string[] = [];
  for (const spec of specs) sids.push((await w.add({ spec, catchUpMs: 2 * DAY })).sid);
  // A look a day, so that most due times come late, and a new process each week.
  for (let day = 1; day <= 365; day++) {
    await w.at(start + day * DAY);
    for (const { playSid } of await w.deps.triggers.listStarted(undefined, 1000)) await w.end(playSid);
    if (day % 7 === 0) w.restart();
  }
  const plays = await w.plays();
  for (const [i, spec] of specs.entries()) {
    const mine = plays.filter(({ trigger }) => trigger === `trigger ${sids[i]}`);
    const expected = timesAfter(parseSpec('cron', spec), start - 1, 2000).filter((at) => at <= end);
    expect(mine.map(({ tags }) => tags.due_at)).toEqual(expected.map((at) => new Date(at).toISOString()));
  }
  // An independent look at the calendar: one 02:30 on each local day, but where the clock has none.
  for (const [i, zone] of ZONES.entries()) {
    const mine = plays.filter(({ trigger }) => trigger === `trigger ${sids[2 * i]}`);
    const local = new Intl.DateTimeFormat('en-GB', { timeZone: zone, dateStyle: 'short', timeStyle: 'short' });
    const words = mine.map(({ tags }) => local.format(Date.parse(tags.due_at ?? '')));
    expect([zone, words.length, new Set(words.map((text) => text.slice(0, 10))).size]).toEqual([zone, 365, 365]);
    expect(words.filter((text) => !text.endsWith('02:30'))).toEqual(LATER[zone] ?? []);
  }
}, 60_000);
