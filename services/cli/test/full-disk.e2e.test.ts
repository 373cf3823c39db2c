// Contract: a local run whose file system is really full refuses new plays with UNAVAILABLE and the words that say why, and still answers
// what is only read. A play that runs then waits where it was. When there is room again everything goes on by itself: no play and no recorded
// step is lost, no recorded step runs again, and a start that is repeated with its key is one play.

import { spawnSync } from 'node:child_process';
import { appendFileSync, rmSync, statSync, truncateSync } from 'node:fs';
import { expect, it, onTestFinished } from 'vitest';
import { type RpcFailure, startLocalRun } from './support/local-run.ts';

interface Play {
  sid: string;
  status: string;
  output_data: string;
}

interface Steps {
  steps: { span_id: string; name: string; output: string }[];
  next: number;
}

const SOURCE = `from hero_tracing import flow

@flow
def part(i: int) -> dict:
    return {"token": str(flow.uuid()), "filler": "x" * 100_000}

@flow(name="parts")
def parts(count: int = 0, text: str = "") -> list:
    return [part(i)["token"] for i in range(count)]
`;

const PARTS = 160;
const CHUNK = Buffer.alloc(256 * 1024, 1);

/** A mount namespace of its own, with a small file system at PATH_ROOT; it goes with the process. */
const ON_SMALL_DISK = [
  ...['unshare', ...(process.getuid?.() === 0 ? [] : ['--user', '--map-root-user']), '--mount'],
  ...['sh', '-c', 'mount -t tmpfs -o size=72m,mode=755 tmpfs "$PATH_ROOT" && exec "$@"', 'sh'],
];
const [unshare = '', ...mounted] = ON_SMALL_DISK;
const mayMount = spawnSync(unshare, [...mounted, 'true'], { env: { ...process.env, PATH_ROOT: '/mnt' } }).status === 0;

it.skipIf(!mayMount)('a full disk stops nothing for good', { timeout: 120_000 }, async () => {
  const run = await startLocalRun({ within: ON_SMALL_DISK, env: { HERO_LOGIC_SLOTS: '2' } });
  onTestFinished(() => run.remove());
  await run.rpc('workflow_create', { name: 'parts', python_source: SOURCE });
  const start = (input_data: object, idempotency_key: string) =>
    run.rpc<Play>('play_start', { workflow_name: 'parts', input_data, idempotency_key });
  const look = (play_sid: string) => run.rpc<Play>('play_status', { play_sid });
  const stepsOf = async (play_sid: string) => {
    const outputs = new Map<string, string>();
    for (let after = -1; after !== 0; ) {
      const page: Steps = await run.rpc('play_steps', { play_sid, after: Math.max(0, after) });
      for (const { span_id, name, output } of page.steps) if (name === 'part') outputs.set(span_id, output);
      after = page.next;
    }
    return outputs;
  };

  const ballast = `/proc/${run.pid}/root${run.root}/ballast`;
  fillUp(ballast);
  const kept: Play[] = [];
  let refused: RpcFailure | undefined;
  // What is there of the journal is written over before more is asked of the disk.
  for (let i = 0; refused === undefined; i++) {
    const input = i === 0 ? { count: PARTS } : { text: 'x'.repeat(100_000) };
    await start(input, `k${i}`).then(
      (play) => kept.push(play),
      (failure) => {
        refused = failure;
      },
    );
  }
  expect(refused).toMatchObject({ reason: 'UNAVAILABLE', message: expect.stringContaining('is full') });
  const [long] = kept as [Play];
  expect((await look(long.sid)).status).toMatch(/^(pending|running)$/);
  const recorded = await stepsOf(long.sid);
  expect(recorded.size, 'it was in the middle').toBeLessThan(PARTS);

  rmSync(ballast);
  const again = await start({ text: 'again' }, `k${kept.length}`);
  expect((await start({ text: 'again' }, `k${kept.length}`)).sid).toBe(again.sid);
  for (const { sid } of [...kept, again]) {
    const ended = await run.rpc<Play>('play_wait', { play_sid: sid, timeout_ms: 60_000, until: 'terminal' });
    expect(ended.status, JSON.stringify(ended)).toBe('success');
  }
  const all = await stepsOf(long.sid);
  expect(all.size).toBe(PARTS);
  for (const [span, output] of recorded) expect(all.get(span), 'a recorded step keeps its output').toBe(output);
  expect(new Set(JSON.parse((await look(long.sid)).output_data) as string[]).size).toBe(PARTS);
  const { plays } = await run.rpc<{ plays: Play[] }>('play_list', { filter: 'workflow:parts', page_size: 1000 });
  expect(plays.map(({ sid }) => sid).sort()).toEqual([...kept, again].map(({ sid }) => sid).sort());
});

/** Takes all room that is left, but for what a play needs to begin. */
function fillUp(file: string): void {
  for (;;) {
    try {
      appendFileSync(file, CHUNK);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOSPC') break;
      throw error;
    }
  }
  truncateSync(file, statSync(file).size - 8 * CHUNK.length);
}
