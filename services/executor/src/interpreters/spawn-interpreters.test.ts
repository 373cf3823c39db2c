import { existsSync } from 'node:fs';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Interpreters } from './interpreter.ts';
import { createSpawnInterpreters } from './spawn-interpreters.ts';
import {
  createRecordingLog,
  createTestFolder,
  endBeforeFiles,
  FIXTURE_SDK,
  POLICY,
  runBeforeFiles,
  runPlay,
} from './testing.ts';

// The fallback keeps the boundary's promises (order, ends, limits of time and memory, clean-up) without the isolation,
// and says loudly that it has none.

let pool: Interpreters;
let folder: Awaited<ReturnType<typeof createTestFolder>>;
const log = createRecordingLog();

beforeAll(async () => {
  folder = await createTestFolder();
  pool = await createSpawnInterpreters({ sdkPath: FIXTURE_SDK, dir: folder.dir, slots: 2, log });
});
afterAll(async () => {
  await pool.close();
  await folder.remove();
});

test('says that it does not isolate', () => {
  expect(pool).toMatchObject({ tier: 'D', missing: [expect.stringContaining('isolation')] });
  expect(log.entries).toEqual([expect.stringContaining('warn plays run without a sandbox')]);
});

test('runs a play with a scrubbed environment over its own socket', async () => {
  let dir = '';
  const lines: string[] = [];
  const source = 'import os\nsend(sorted(os.environ))\nsend(receive())\nprint("printed")\nraise SystemExit(75)';
  const end = await runPlay(pool, source, {
    env: { HERO_FLOW_NAME: 'hello' },
    onStarted(play) {
      dir = play.dir;
      play.onLines((batch) => {
        lines.push(...batch);
        if (lines.length === 1) play.ack(7);
      });
    },
  });
  expect(end).toMatchObject({ code: 75, signal: null, output: 'printed\n' });
  const [names = '', ack = ''] = lines;
  const expected = 'HERO_FLOW_NAME HERO_FLOW_SPAN_SOCK HOME LANG LC_CTYPE PATH PYTHONDONTWRITEBYTECODE PYTHONPATH';
  expect(JSON.parse(names).filter((name: string) => name !== 'PWD')).toEqual(expected.split(' '));
  expect(JSON.parse(ack)).toEqual({ ack: 7 });
  expect(existsSync(dir)).toBe(false);
});

test('waits for files that come after the job, and can be killed meanwhile', async () => {
  expect(await runBeforeFiles(pool)).toEqual([['steps', 'recorded']]);
  expect(await endBeforeFiles(pool)).toMatchObject({ code: null, signal: 15 });
});

test('loses no line at 4 concurrent plays, 10 each', async () => {
  const source = 'import os\nfor n in range(200): send(n)\nos._exit(3)';
  await Promise.all(
    Array.from({ length: 4 }, async () => {
      for (let round = 0; round < 10; round += 1) {
        const { lines, code } = await runPlay(pool, source);
        expect(lines).toEqual(Array.from({ length: 200 }, (_, n) => String(n)));
        expect(code).toBe(3);
      }
    }),
  );
});

test('kills the whole group, and limits CPU time and memory', async () => {
  const fork = `
import os, time
if os.fork() == 0:
    time.sleep(60)
send(os.getpid())
time.sleep(60)
`;
  const killed = await runPlay(pool, fork, { onStarted: (play) => play.onLine(() => play.kill('TERM')) });
  expect(killed).toMatchObject({ code: null, signal: 15 });
  const busy = await runPlay(pool, 'while True: pass', { policy: { ...POLICY, cpuS: 1 } });
  expect(busy).toMatchObject({ code: null, signal: 24 });
  const hungry = await runPlay(pool, 'x = bytearray(1 << 30)');
  if (process.platform === 'linux') expect(hungry.output).toContain('MemoryError');
});

test('a play that dies before it connects, and one never started, still end', async () => {
  expect(await runPlay(pool, 'this is no Python')).toMatchObject({
    code: 1,
    output: expect.stringContaining('SyntaxError'),
  });
  const play = await pool.take(POLICY);
  await pool.release(play);
  expect(await play.ended).toMatchObject({ code: null });
  expect(pool.stats().running).toBe(0);
});
