// Contract, against a real server: plays are found by a filter, run again, deleted and undone in bulk; equal failures are one group; what
// flows take is listed; a backup of the running server has every play, and a play that was removed says so over every door.

import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openDatabase } from '@hero-logic/platform';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { runTestCli } from '../src/testing/run-test-cli.ts';
import { type LocalRun, type RpcFailure, startLocalRun } from './support/local-run.ts';

const FLOW = `
from hero_tracing import flow
@flow
def main(amount: int) -> int:
    if amount % 2: raise ValueError(f"odd amount {amount}")
    return amount
`;

let run: LocalRun;
let dir: string;
const sids: string[] = [];
const cli = (...argv: string[]) => runTestCli(run.url, argv, { env: run.env });
const json = async (...argv: string[]) => JSON.parse((await cli(...argv, '-o', 'json')).out);

beforeAll(async () => {
  dir = mkdtempSync(join(tmpdir(), 'hl-many-'));
  run = await startLocalRun();
  await run.rpc('workflow_create', { name: 'pay', python_source: FLOW });
  for (let amount = 0; amount < 8; amount++) {
    const more = { tags: { customer: amount < 4 ? 'acme' : 'bob' }, wait_ms: 20_000 };
    const play = await run.rpc<{ sid: string }>('play_start', {
      workflow_name: 'pay',
      input_data: { amount },
      ...more,
    });
    sids.push(play.sid);
  }
});
afterAll(async () => {
  await run.remove();
  rmSync(dir, { recursive: true, force: true });
});

test('plays are found by a filter, and a wrong word is named', async () => {
  const found = async (...filter: string[]) =>
    (await json('play', 'list', ...filter)).plays.map((p: { sid: string }) => p.sid);
  expect(await found('status:failed', 'workflow:pay', 'label.customer=acme')).toEqual([sids[3], sids[1]]);
  expect(await found('created>1h -status:failed "PAY"')).toHaveLength(4);
  const wrong = await cli('play', 'list', 'statsu:failed');
  expect(wrong).toMatchObject({
    code: 1,
    err: expect.stringContaining('at character 1, `statsu:failed` has the unknown key'),
  });
});

test('equal failures are one group, with its plays', async () => {
  const { groups } = await json('errors', 'list', '--flow', 'pay');
  expect(groups).toMatchObject([{ error_type: 'ValueError', pattern: 'odd amount <n>', count: 4, state: 'open' }]);
  expect(groups[0].location).toMatch(/ in main$/);
  const { fingerprint } = groups[0];
  expect((await json('play', 'list', `error:${fingerprint}`)).plays).toHaveLength(4);
  expect((await cli('errors', 'resolve', fingerprint)).out).toContain(
    'resolved (opens again when a play that starts later, or a version after 1, fails so)',
  );
  expect((await cli('errors', 'list')).err).toBe('No failure is open.\n');
  expect((await cli('errors', 'reopen', fingerprint)).out).toContain(`${fingerprint} open\n`);
  await cli('errors', 'resolve', fingerprint);
});

test('a filter runs plays again, and deletes them with a way back', async () => {
  expect((await cli('play', 'bulk', 'rerun', 'label.customer=bob status:failed', '--dry-run')).out).toBe('2\n');
  const again = await json('play', 'bulk', 'rerun', 'label.customer=bob status:failed', '--wait');
  expect(again).toMatchObject({ action: 'rerun', status: 'done', done: 2, failed: 0 });
  const forks = (await json('play', 'list', 'label.customer=bob')).plays.filter(
    (p: { forked_from?: unknown }) => p.forked_from,
  );
  for (const { sid } of forks) await run.rpc('play_wait', { play_sid: sid, timeout_ms: 20_000 });

  const filter = 'label.customer=bob';
  const job = await json('play', 'bulk', 'delete', filter, '--wait', '--undo', '1h');
  expect(job).toMatchObject({ status: 'undo_window', done: 6, failed: 0 });
  expect((await json('play', 'list', filter)).plays).toHaveLength(0);
  expect(await json('play', 'bulk', 'undo', job.sid)).toMatchObject({ status: 'undone' });
  expect((await json('play', 'list', filter)).plays).toHaveLength(6);
  const forked = await json('play', 'bulk', 'delete', `parent:none ${filter}`, '--dry-run');
  expect(forked).toEqual({ matches: 0, is_more: false });
  const gone = await json('play', 'bulk', 'delete', `${filter} status:success`, '--undo', '0s', '--wait');
  for (let seen = gone.status; seen !== 'done'; ) seen = (await json('play', 'bulk', 'show', gone.sid)).status;
  expect((await cli('play', 'bulk', 'show', gone.sid)).out).toMatch(/ removed\n$/);
  const failure = await run.rpc('play_status', { play_sid: sids[4] }).catch((error: RpcFailure) => error);
  expect(failure).toMatchObject({ reason: 'PLAY_REMOVED', code: -32005 });
  expect((await cli('play', 'show', sids[4] as string)).err).toContain(`was removed by bulk job ${gone.sid}`);
  const spans = await run.rpc('play_spans', { play_sid: sids[4] }).catch((error: RpcFailure) => error);
  expect(spans).toMatchObject({ code: -32005 });
});

test('what flows take is listed, rules are set, and room is given back', async () => {
  const usage = await json('storage', 'usage');
  expect(usage.workflows).toMatchObject([{ workflow_name: 'pay', plays: 8 }]);
  expect(usage.workflows[0].bytes).toBeGreaterThan(1000);
  expect(usage.file_bytes).toBeGreaterThan(100_000);
  expect((await cli('retention', 'set', 'pay', '--age', '90d', '--plays', '5')).out).toBe(
    'pay: plays that ended within 90 days, of these the latest 5 plays\n',
  );
  expect((await json('retention', 'list')).rules).toHaveLength(2);
  expect((await cli('retention', 'list')).out).toContain('pay\tplays that ended within 90 days');
  expect((await cli('retention', 'set', 'pay', '--age', '90m')).out).toBe('pay: plays that ended within 1 h 30 min\n');
  expect((await cli('retention', 'set', 'pay', '--clear')).out).toContain('all plays (the rule for all)');
  expect((await cli('retention', 'set', 'pay')).code).toBe(2);
  expect((await json('storage', 'compact')).freed_bytes).toBeGreaterThanOrEqual(0);
});

test('a backup of the running server has every play', async () => {
  const target = join(dir, 'backup');
  expect((await cli('backup', target)).out).toContain('1 file');
  const empty = { env: { PATH_ROOT: join(dir, 'again') } };
  expect((await runTestCli(run.url, ['restore', target], empty)).code).toBe(0);
  const db = openDatabase(join(dir, 'again', 'var', 'hero_logic', 'hero_logic.sqlite'));
  expect(db.get<{ n: number }>('SELECT COUNT(*) AS n FROM plays')?.n).toBe(8);
  expect(db.get<{ n: number }>('SELECT COUNT(*) AS n FROM spans')?.n).toBeGreaterThanOrEqual(8);
  db.close();
  expect((await cli('restore', target)).err).toContain('is in use by another hero-logic');
});
