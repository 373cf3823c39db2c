import { execFileSync, spawn } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Interpreters } from './interpreter.ts';
import {
  createRecordingLog,
  createTestFolder,
  endBeforeFiles,
  FIXTURE_SDK,
  POLICY,
  runBeforeFiles,
  runPlay,
} from './testing.ts';
import { createZygoteInterpreters } from './zygote-interpreters.ts';

// The pool's promises: every line of a play arrives before its end; an end is always reported, also when the play, or
// the zygote under it, is killed; limits hold; nothing outlives the pool or the process that owns it.

const isLinux = process.platform === 'linux';

interface Fixture {
  pool: Interpreters;
  dir: string;
  log: ReturnType<typeof createRecordingLog>;
  [Symbol.asyncDispose](): Promise<void>;
}

async function createPool(
  options: { slots?: number; spares?: number; recycleAfter?: number; maxLineBytes?: number; below?: string } = {},
) {
  const folder = await createTestFolder();
  const dir = join(folder.dir, options.below ?? 'pool');
  await mkdir(dir, { recursive: true });
  const log = createRecordingLog();
  const { slots = 2, below: _, ...rest } = options;
  const pool = await createZygoteInterpreters({ sdkPath: FIXTURE_SDK, dir, slots, log, ...rest });
  const fixture: Fixture = {
    pool,
    dir,
    log,
    async [Symbol.asyncDispose]() {
      await pool.close();
      await folder.remove();
    },
  };
  return fixture;
}

/** Processes with this text in their command line; forked children share the zygote's. */
function processesWith(text: string): number[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map(Number)
    .filter((pid) => {
      try {
        return pid !== process.pid && readFileSync(`/proc/${pid}/cmdline`, 'utf8').includes(text);
      } catch {
        return false;
      }
    });
}

async function until(condition: () => boolean, withinMs = 20_000): Promise<void> {
  const deadline = Date.now() + withinMs;
  while (!condition()) {
    if (Date.now() > deadline) throw new Error('it did not come true in time');
    await sleep(10);
  }
}

function zygotePids(log: Fixture['log']): number[] {
  return log.entries
    .filter((entry) => entry.includes('a zygote is ready'))
    .map((entry) => Number(/"pid":(\d+)/.exec(entry)?.[1]));
}

describe.skipIf(!isLinux)('one pool', () => {
  let shared: Fixture;
  beforeAll(async () => {
    shared = await createPool();
  });
  afterAll(() => shared[Symbol.asyncDispose]());

  test('waits for files that come after the job, and can be killed meanwhile', async () => {
    expect(await runBeforeFiles(shared.pool)).toEqual([['steps', 'recorded']]);
    expect(await endBeforeFiles(shared.pool)).toMatchObject({ code: null, signal: 15 });
  });

  test('a spare that was told of a play serves it as any other, and one that is told of none goes on waiting', async () => {
    shared.pool.expect?.();
    shared.pool.expect?.();
    const { lines, code } = await runPlay(shared.pool, 'import os\nsend(os.listdir("."))');
    expect({ lines, code }).toMatchObject({ code: 0, lines: [expect.stringContaining('flow.py')] });
    shared.pool.expect?.();
    expect(shared.pool.stats().running).toBe(0);
  });

  test('runs a play in its folder with a scrubbed environment', async () => {
    const source = `
import os, sys
send({"cwd": os.path.basename(os.getcwd()), "env": dict(os.environ), "path": sys.path, "argv": sys.argv})
send(receive())
print("to descriptor 1")
os.write(2, b"to descriptor 2\\n")
`;
    process.env.HERO_TEST_SECRET = 'secret';
    let folder = '';
    const { lines, code, signal, cpuMs, maxRssKb, output } = await runPlay(shared.pool, source, {
      env: { HERO_FLOW_NAME: 'hello', HERO_FLOW_SPAN_SOCK: 'overridden' },
      onStarted(play) {
        folder = play.dir;
        play.send({ ack: 1 });
      },
    });
    delete process.env.HERO_TEST_SECRET;
    expect({ code, signal }).toEqual({ code: 0, signal: null });
    const [first, second] = lines.map((line) => JSON.parse(line));
    expect(first.env).toEqual({
      PATH: '/usr/local/bin:/usr/bin:/bin',
      HOME: folder,
      LANG: 'C.UTF-8',
      LC_CTYPE: 'C.UTF-8',
      PYTHONPATH: FIXTURE_SDK,
      PYTHONDONTWRITEBYTECODE: '1',
      HERO_FLOW_NAME: 'hello',
      HERO_FLOW_SPAN_SOCK: 'fd:3',
    });
    expect(first.argv).toEqual(['flow.py']);
    expect(JSON.stringify(first.path)).not.toContain('executor/python"');
    expect(second).toEqual({ ack: 1 });
    expect(output).toContain('to descriptor 1');
    expect(output).toContain('to descriptor 2');
    expect(cpuMs).toBeGreaterThan(0);
    expect(maxRssKb).toBeGreaterThan(5_000);
    expect(existsSync(folder)).toBe(false);
  });

  test('reports exit codes, signals and tracebacks', async () => {
    expect(await runPlay(shared.pool, 'raise SystemExit(75)')).toMatchObject({ code: 75, signal: null });
    expect(await runPlay(shared.pool, '1 / 0')).toMatchObject({
      code: 1,
      output: expect.stringContaining('ZeroDivisionError'),
    });
    const loop = 'import time\nsend({})\nwhile True: time.sleep(0.01)';
    for (const [name, signal] of [
      ['TERM', 15],
      ['KILL', 9],
    ] as const) {
      const end = await runPlay(shared.pool, loop, { onStarted: (play) => play.onLine(() => play.kill(name)) });
      expect(end).toMatchObject({ code: null, signal });
    }
    const deaf = 'import signal, time\nsignal.signal(signal.SIGTERM, signal.SIG_IGN)\nsend({})\ntime.sleep(30)';
    const end = await runPlay(shared.pool, deaf, {
      onStarted: (play) =>
        play.onLine(() => {
          play.kill('TERM');
          setTimeout(() => play.kill('KILL'), 100);
        }),
    });
    expect(end).toMatchObject({ code: null, signal: 9 });
  });

  test('ends a play at its CPU limit, also one that ignores the warning', async () => {
    const policy = { ...POLICY, cpuS: 1 };
    const [plain, stubborn] = await Promise.all([
      runPlay(shared.pool, 'while True: pass', { policy }),
      runPlay(shared.pool, 'import signal\nsignal.signal(signal.SIGXCPU, signal.SIG_IGN)\nwhile True: pass', {
        policy,
      }),
    ]);
    expect(plain).toMatchObject({ code: null, signal: 24 });
    expect(stubborn).toMatchObject({ code: null, signal: 9 });
    expect(stubborn.cpuMs).toBeGreaterThan(1_500);
  });

  test('turns memory above the limit into a MemoryError', async () => {
    const source = `
def size_until_error():
    held = []
    try:
        while len(held) < 1000: held.append(bytearray(1 << 20))
    except MemoryError:
        return len(held)
send(size_until_error())
`;
    const { lines, code } = await runPlay(shared.pool, source, { policy: { ...POLICY, memoryMb: 100 } });
    expect(code).toBe(0);
    expect(Number(lines[0])).toBeGreaterThan(40);
    expect(Number(lines[0])).toBeLessThan(100);
  });

  test('loses no line and no end at 8 concurrent plays, 200 each', async () => {
    const source = 'import os\nfor n in range(50): send({"n": n, "pad": "x" * 100})\nos._exit(7)';
    const ids = new Set<string>();
    await Promise.all(
      Array.from({ length: 8 }, async () => {
        for (let round = 0; round < 200; round += 1) {
          const { lines, code } = await runPlay(shared.pool, source, { onStarted: (play) => ids.add(play.id) });
          expect(lines.map((line) => JSON.parse(line).n)).toEqual(Array.from({ length: 50 }, (_, n) => n));
          expect(code).toBe(7);
        }
      }),
    );
    expect(ids.size).toBe(1600);
    expect(shared.pool.stats().running).toBe(0);
  }, 120_000);

  test('loses no line of a play that dies while acknowledgements are on their way, paused or not', async () => {
    const source = 'import os, signal\nfor n in range(400): send({"n": n})\nos.kill(os.getpid(), signal.SIGKILL)';
    for (let round = 0; round < 40; round += 1) {
      const { lines, signal } = await runPlay(shared.pool, source, {
        onStarted(play) {
          for (let seq = 0; seq < 50; seq += 1) play.ack(seq);
          if (round % 2) play.pause();
          const acks = setInterval(() => play.ack(round), 1);
          setTimeout(() => play.resume(), 20);
          void play.ended.then(() => clearInterval(acks));
        },
      });
      expect(signal).toBe(9);
      expect(lines.length).toBe(400);
    }
  });

  test('a paused play blocks; resumed, it goes on', async () => {
    const source = `
import time
began = time.monotonic()
for n in range(100): send("x" * 50_000)
send(time.monotonic() - began)
`;
    const { lines } = await runPlay(shared.pool, source, {
      onStarted(play) {
        play.pause();
        setTimeout(() => play.resume(), 300);
      },
    });
    expect(lines.length).toBe(101);
    expect(Number(lines[100])).toBeGreaterThan(0.2);
  });

  test('output is capped, and a link in its place is not followed', async () => {
    const loud = await runPlay(shared.pool, 'import os\nfor _ in range(100): os.write(1, b"y" * 10_000)');
    expect(loud.output.length).toBeLessThan(66_000);
    expect(loud.output).toContain('[cut, 1000000 bytes]');
    // Where the work folder is one in memory the file is not in it.
    const replace =
      'import os\nif os.path.exists(".output"): os.unlink(".output")\nos.symlink("/etc/passwd", ".output")';
    const sly = await runPlay(shared.pool, replace);
    expect(sly).toMatchObject({ code: 0, output: '' });
  });

  test('a folder nested deeper than any path is removed', async () => {
    let folder = '';
    const source = 'import os\nfor _ in range(400):\n    os.mkdir("d" * 50)\n    os.chdir("d" * 50)';
    await runPlay(shared.pool, source, {
      onStarted: (play) => {
        folder = play.dir;
      },
    });
    expect(existsSync(folder)).toBe(false);
  });

  test('a play without the spares limits or with network is forked on demand', async () => {
    const big = { network: 'none', cpuS: 120, memoryMb: 2048 } as const;
    const source = 'import resource\nsend(resource.getrlimit(resource.RLIMIT_CPU))';
    expect((await runPlay(shared.pool, source, { policy: big })).lines).toEqual(['[120, 121]']);
    const net = await runPlay(shared.pool, 'import socket\nsocket.socket()\nsend("open")', {
      policy: { ...POLICY, network: 'any' },
    });
    expect(net.lines).toEqual(['"open"']);
  });

  test('an interpreter that is released unused leaves nothing', async () => {
    const play = await shared.pool.take(POLICY);
    await shared.pool.release(play);
    await shared.pool.release(play);
    expect(await play.ended).toMatchObject({ signal: 9 });
    expect(existsSync(play.dir)).toBe(false);
  });
});

describe.skipIf(!isLinux)('the life of zygotes', () => {
  test('a zygote that dies takes its plays along and is replaced', async () => {
    await using fixture = await createPool();
    const { pool, log } = fixture;
    const [pid = 0] = zygotePids(log);
    const ended = runPlay(pool, 'import time\nsend(1)\ntime.sleep(60)', {
      onStarted: (play) => play.onLine(() => process.kill(pid, 'SIGKILL')),
    });
    expect(await ended).toMatchObject({ code: null, signal: 9 });
    expect(await runPlay(pool, 'send("again")')).toMatchObject({ code: 0, lines: ['"again"'] });
    expect(log.entries.some((entry) => entry.startsWith('error a zygote has died'))).toBe(true);
    expect(zygotePids(log).length).toBe(2);
  });

  test('a zygote is drained and replaced after so many plays; none of them notices', async () => {
    await using fixture = await createPool({ recycleAfter: 20 });
    const { pool, log } = fixture;
    const slow = runPlay(pool, 'import time\ntime.sleep(2)\nsend("slow")');
    await Promise.all(
      Array.from({ length: 4 }, async () => {
        for (let round = 0; round < 25; round += 1) {
          expect(await runPlay(pool, 'send(1)')).toMatchObject({ code: 0, lines: ['1'] });
        }
      }),
    );
    expect(await slow).toMatchObject({ code: 0, lines: ['"slow"'] });
    expect(zygotePids(log).length).toBeGreaterThan(1);
    await until(() => zygotePids(log).filter(isAlive).length === 1);
    expect(log.entries.filter((entry) => entry.startsWith('error'))).toEqual([]);
  });

  test('a play gets the newest spare, whose memory is nearest at hand', async () => {
    await using fixture = await createPool({ spares: 2 });
    await until(() => fixture.pool.stats().hot === 2);
    const before = readdirSync(join(fixture.dir, 'plays'));
    expect(await runPlay(fixture.pool, 'send(1)')).toMatchObject({ code: 0 });
    await until(() => fixture.pool.stats().hot === 2);
    const play = await fixture.pool.take(POLICY);
    expect(before).not.toContain(basename(play.dir));
    await fixture.pool.release(play);
  });

  test('a line above the limit ends its play with a clear note', async () => {
    await using fixture = await createPool({ maxLineBytes: 100_000 });
    const end = await runPlay(fixture.pool, 'send(1)\nsend_raw(b"x" * 10_000_000)\nsend(2)');
    expect(end).toMatchObject({ code: null, signal: 9, lines: ['1'] });
    expect(end.output).toContain('longer than 100000 bytes');
  });

  test('a folder whose path does not fit into a socket address works', async () => {
    await using fixture = await createPool({ below: 'long-name-'.repeat(20) });
    expect(await runPlay(fixture.pool, 'send(1)')).toMatchObject({ lines: ['1'] });
  });

  test('closing ends every process and removes what was written', async () => {
    const fixture = await createPool();
    const ended = runPlay(fixture.pool, 'import time\ntime.sleep(60)');
    await until(() => fixture.pool.stats().running === 1 && fixture.pool.stats().hot > 0);
    expect(processesWith(fixture.dir).length).toBeGreaterThan(1);
    const waiting = [fixture.pool.close(), ended.catch(() => {})];
    await Promise.all(waiting);
    await until(() => processesWith(fixture.dir).length === 0);
    expect(readdirSync(join(fixture.dir, 'plays'))).toEqual([]);
    await expect(fixture.pool.take(POLICY)).rejects.toThrow('closed');
    await fixture[Symbol.asyncDispose]();
  });

  test('nothing survives the death of the process that owns the pool', async () => {
    const folder = await createTestFolder();
    const script = join(folder.dir, 'owner.ts');
    const module = fileURLToPath(new URL('./zygote-interpreters.ts', import.meta.url));
    await writeFile(
      script,
      `import { writeFileSync } from 'node:fs';
      import { createZygoteInterpreters } from ${JSON.stringify(module)};
      const log = { info() {}, warn() {}, error() {} };
      const dir = ${JSON.stringify(join(folder.dir, 'pool'))};
      const pool = await createZygoteInterpreters({ sdkPath: ${JSON.stringify(FIXTURE_SDK)}, dir, slots: 2, log });
      const play = await pool.take(${JSON.stringify(POLICY)});
      writeFileSync(play.dir + '/flow.py', 'import time\\nsend(1)\\nwhile True: pass');
      play.onLines(() => console.log('running'));
      play.start({ env: {} });`,
    );
    const owner = spawn(process.execPath, [script], { stdio: ['ignore', 'pipe', 'inherit'] });
    await new Promise((resolve) => owner.stdout.once('data', resolve));
    expect(processesWith(join(folder.dir, 'pool')).length).toBeGreaterThan(2);
    owner.kill('SIGKILL');
    await until(() => processesWith(join(folder.dir, 'pool')).length === 0, 1_000);
    await folder.remove();
  });

  test('a Python that cannot be used is refused with its reason', async () => {
    const folder = await createTestFolder();
    const options = { sdkPath: '/nonexistent', dir: join(folder.dir, 'pool'), slots: 1, log: createRecordingLog() };
    await expect(createZygoteInterpreters({ ...options, python: '/nonexistent/python3' })).rejects.toThrow(/no Python/);
    await expect(createZygoteInterpreters(options)).rejects.toThrow(/No module named 'hero_tracing'/);
    await folder.remove();
  });
});

function isAlive(pid: number): boolean {
  try {
    return !/\) Z /.test(
      execFileSync('cat', [`/proc/${pid}/stat`], { stdio: ['ignore', 'pipe', 'ignore'] }).toString(),
    );
  } catch {
    return false;
  }
}
