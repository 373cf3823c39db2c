// Contract: triggers from the command line against a real run: a calendar starts plays by itself, also after the process was killed and
// started again, each time once; what is listed names the flow; bad input says what is wrong and sends nothing.

import { afterAll, beforeAll, expect, test } from 'vitest';
import { cli, type LocalRun, startLocalRun } from './support/local-run.ts';

let run: LocalRun;
beforeAll(async () => {
  run = await startLocalRun();
});
afterAll(() => run.remove());

interface TriggerReply {
  readonly sid: string;
  readonly started: number;
  readonly enabled: boolean;
  readonly pause_reason: string;
}
interface PlayReply {
  readonly trigger: string;
  readonly tags: { readonly due_at?: string };
}

const trigger = (...args: string[]) => cli(run, ['trigger', ...args]);
const get = (trigger_sid: string) => run.rpc<TriggerReply>('trigger_get', { trigger_sid });

async function untilStarted(sid: string, least: number): Promise<void> {
  for (let i = 0; i < 2000; i++) {
    if ((await get(sid)).started >= least) return;
  }
  throw new Error(`trigger ${sid} started less than ${least} plays`);
}

test('a trigger of every second goes on over a crash, each time once', async () => {
  const added = await trigger('add', 'tour', '--cron', '* * * * * *', '--overlap', 'allow_all', '-i', 'project=Moon');
  const [, sid = ''] = /^(\S+) \(next 20\d\d-.*Z\)\n$/.exec(added.stdout) ?? [];
  expect(sid).toHaveLength(26);
  await untilStarted(sid, 2);
  await run.crash();
  await run.restart();
  const before = (await get(sid)).started;
  await untilStarted(sid, before + 2);
  expect((await trigger('pause', sid, '--reason', 'enough')).stdout).toBe(`${sid} (paused: enough)\n`);
  expect((await trigger('list', '--flow', 'tour')).stdout).toMatch(
    new RegExp(`^${sid}\ttour\t\\* \\* \\* \\* \\* \\* UTC\tpaused: enough\t`),
  );
  const { plays } = await run.rpc<{ plays: PlayReply[] }>('play_list', { page_size: 1000 });
  const due = plays
    .filter((play) => play.trigger === `trigger ${sid}`)
    .map(({ tags }) => Date.parse(tags.due_at ?? ''));
  expect(due.length).toBe((await get(sid)).started);
  const span = Math.max(...due) - Math.min(...due);
  // Every second once, those of the outage as well.
  expect(new Set(due).size).toBe(due.length);
  expect(due.length).toBe(span / 1000 + 1);
  expect((await trigger('show', sid)).stdout).toMatch(/^paused {4}enough$/m);
}, 120_000);

test('fire, resume, backfill and remove', async () => {
  const added = await trigger(
    'add',
    'tour',
    '--cron',
    '0 3 * * *',
    '--zone',
    'Asia/Tokyo',
    '--json',
    '{"project":"x"}',
    '-o',
    'json',
  );
  const { sid } = JSON.parse(added.stdout) as TriggerReply;
  expect(JSON.parse(added.stdout)).toMatchObject({ kind: 'cron', workflow_name: 'tour', catch_up_window: 600_000 });
  const play = (await trigger('fire', sid)).stdout.trim();
  expect(await run.rpc('play_status', { play_sid: play })).toMatchObject({ trigger: `trigger ${sid}` });
  const from = new Date(Date.now() - 3 * 86_400_000).toISOString();
  const range = ['--from', from, '--to', new Date().toISOString(), '--overlap', 'allow_all'];
  expect((await trigger('backfill', sid, ...range)).stdout).toBe('3 due: 3 to be started, 0 had a play before\n');
  expect((await trigger('backfill', sid, ...range)).stdout).toBe('3 due: 0 to be started, 3 had a play before\n');
  expect((await trigger('resume', sid)).stdout).toMatch(/\(next /);
  expect((await trigger('remove', sid)).stdout).toBe('removed; its plays go on\n');
  expect(await trigger('show', sid)).toMatchObject({ code: 1, stderr: expect.stringContaining('[TRIGGER_NOT_FOUND]') });
}, 60_000);

test('what is wrong is said', async () => {
  const failed = async (...args: string[]) => {
    const { code, stderr } = await trigger('add', ...args);
    return `${code} ${stderr}`;
  };
  expect(await failed('tour')).toMatch(/^2 .*either --cron EXPRESSION or --at TIME/);
  expect(await failed('tour', '--at', '+1d', '--zone', 'UTC')).toMatch(/^2 .*--zone/);
  expect(await failed('tour', '--cron', '* * * * *', '--catch-up', 'soon')).toMatch(
    /^2 .*--catch-up: "soon" is no length/,
  );
  expect(await failed('tour', '--cron', '0 0 31 2 *')).toMatch(/^1 [\s\S]*spec\.cron: .*never comes/);
  expect(await failed('tour', '--cron', '0 9 * * *', '--zone', 'Mars')).toMatch(/^1 [\s\S]*spec\.time_zone/);
  expect(await failed('no-such-flow', '--cron', '0 9 * * *')).toMatch(/WORKFLOW_NOT_FOUND/);
}, 60_000);
