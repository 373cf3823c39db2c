import { existsSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setImmediate } from 'node:timers/promises';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { InterpreterEnd, Interpreters } from './interpreter.ts';
import { createSharedProcesses } from './shared-processes.ts';
import { createRecordingLog, createTestFolder, FIXTURE_SDK, POLICY, runPlay } from './testing.ts';
import { createZygoteInterpreters } from './zygote-interpreters.ts';

// Contract: plays that share run one after the other in one process, never two at once and never for two texts. Each finds an empty
// folder, its own environment, and the process as it was, apart from what lies in memory. A process ends after so many plays, with its
// age, after a failure or a kill, and when a play has left something in it that cannot be put back. Nothing of a play is kept until then.

const isLinux = process.platform === 'linux';
const WHO = `import os; send({"pid": os.getpid(), "kept": getattr(os, "kept", 0)}); os.kept = getattr(os, "kept", 0) + 1`;
const policy = (sharedBy: string) => ({ ...POLICY, sharedBy });

describe.skipIf(!isLinux)('processes that plays share', () => {
  let folder: Awaited<ReturnType<typeof createTestFolder>>;
  let base: Interpreters;
  let pool: Interpreters;
  let now = 0;

  beforeAll(async () => {
    folder = await createTestFolder();
    const common = { sdkPath: FIXTURE_SDK, slots: 2, log: createRecordingLog() };
    base = await createZygoteInterpreters({ ...common, dir: join(folder.dir, 'pool') });
    pool = createSharedProcesses({ base, idleAtMost: 2, playsAtMost: 4, ageMs: 1000, now: () => now });
  });
  afterAll(async () => {
    await pool.close();
    await folder.remove();
  });

  /** What the play sent first, and how it ended. */
  async function play(sharedBy: string, source = WHO): Promise<Record<string, unknown> & InterpreterEnd> {
    const { lines, ...end } = await runPlay(pool, source, { policy: policy(sharedBy) });
    return { ...(JSON.parse(lines[0] ?? '{}') as object), ...end };
  }

  /** Whether the process that ran `source` serves the next play too. */
  async function servesOn(source: string): Promise<boolean> {
    const sharedBy = `after ${source}`;
    const first = await play(sharedBy, `${WHO}\n${source}`);
    const second = await play(sharedBy);
    expect(second.code).toBe(0);
    return first.pid === second.pid;
  }

  it('serves one after the other, and each text by itself', async () => {
    const [one, two] = [await play('a'), await play('a')];
    expect([one.kept, two.kept]).toEqual([0, 1]);
    expect(two.pid).toBe(one.pid);
    expect((await play('b')).pid).not.toBe(one.pid);
    const { lines } = await runPlay(pool, WHO);
    expect(JSON.parse(lines[0] ?? '').pid).not.toBe(one.pid);
  });

  it('gives a play that comes meanwhile another process', async () => {
    const together = await Promise.all([play('busy', WHO), play('busy')]);
    expect(new Set(together.map(({ pid }) => pid)).size).toBe(2);
  });

  it('ends a process after so many plays, and with its age', async () => {
    const pids = [];
    for (let n = 0; n < 5; n++) pids.push((await play('many')).pid);
    expect(new Set(pids.slice(0, 4)).size).toBe(1);
    expect(pids[4]).not.toBe(pids[3]);
    now += 1000;
    expect((await play('many')).pid).not.toBe(pids[4]);
  });

  it('keeps nothing of a play while its process serves on', async () => {
    setFlagsFromString('--expose-gc');
    const collect = runInNewContext('gc') as () => void;
    async function listened(): Promise<WeakRef<object>> {
      const record = { lines: 0 };
      const one = await pool.take(policy('forgets'));
      await writeFile(join(one.dir, 'flow.py'), WHO);
      one.onLines((lines) => {
        record.lines += lines.length;
      });
      one.start({ env: {} });
      await Promise.all([one.hungUp, one.ended]);
      await pool.release(one);
      expect(record.lines).toBe(1);
      return new WeakRef(record);
    }
    const first = await listened();
    const { kept } = await play('forgets');
    await setImmediate();
    collect();
    expect(kept).toBe(1);
    expect(first.deref()).toBeUndefined();
  });

  it('puts back what can be put back', async () => {
    const traces = `
import os, sys, signal, random, tempfile
open("left.txt", "w").write("x"); os.makedirs("sub/deep"); open("sub/deep/more", "w").close()
open("helper.py", "w").write("a = 1")
sys.path.insert(0, os.getcwd())
import helper
os.environ["LEFT"] = "x"; os.chdir("sub"); os.umask(0); sys.argv.append("x"); sys.setrecursionlimit(5000)
sys.excepthook = None
signal.signal(signal.SIGTERM, signal.SIG_IGN); signal.signal(signal.SIGALRM, lambda *_: None); signal.alarm(1)
os.write(1, b"the output of the first")`;
    const look = `
import os, sys, signal
mask = os.umask(0); os.umask(mask)
send({"files": sorted(os.listdir(".")), "left": os.environ.get("LEFT"), "cwd": os.getcwd() == os.environ["HOME"], "mask": mask,
  "argv": sys.argv, "recursion": sys.getrecursionlimit(), "helper": "helper" in sys.modules, "path": os.environ["HOME"] in sys.path,
  "term": signal.getsignal(signal.SIGTERM) == signal.SIG_DFL, "alarm": signal.alarm(0), "hook": sys.excepthook is None,
  "same": getattr(os, "kept", 0)})`;
    const first = await play('traces', `${WHO}\n${traces}`);
    expect(first.output).toContain('the output of the first');
    const second = await play('traces', look);
    const files = (second.files as string[]).filter((name) => name !== '.output');
    expect({ ...second, files }).toMatchObject({
      ...{ same: 1, files: ['flow.py'], left: null, cwd: true, mask: 0o022, argv: ['flow.py'], recursion: 1000 },
      ...{ helper: false, path: false, term: true, alarm: 0, hook: false, output: '' },
    });
  });

  it('ends a process in which something is left', async () => {
    expect(await servesOn('')).toBe(true);
    expect(await servesOn('raise SystemExit(75)')).toBe(true);
    for (const left of [
      'raise ValueError("a failure")',
      'raise SystemExit(3)',
      'import threading, time; threading.Thread(target=time.sleep, args=(60,), daemon=True).start()',
      'import _thread, time; begun = _thread.allocate_lock(); begun.acquire()\n_thread.start_new_thread(lambda: (begun.release(), time.sleep(60)), ()); begun.acquire()',
      'import os; os.kept_open = open("flow.py")',
      'import os; os.dup2(os.open("flow.py", os.O_RDONLY), 1)',
      'import resource; resource.setrlimit(resource.RLIMIT_NOFILE, (64, 64))',
      'import os; os.big = bytearray(200 << 20)',
    ])
      expect([left, await servesOn(left)]).toEqual([left, false]);
  });

  it('reports a crash and a kill as they are, and goes on with another process', async () => {
    const first = await play('crash');
    const crashed = await play('crash', `${WHO}\nimport os, signal; os.kill(os.getpid(), signal.SIGSEGV)`);
    expect(crashed).toMatchObject({ pid: first.pid, signal: 11 });
    const third = await play('crash');
    expect(third.pid).not.toBe(first.pid);
    const killed = await runPlay(pool, 'send(1); import time; time.sleep(60)', {
      policy: policy('crash'),
      onStarted: (one) => one.onLine(() => one.kill('TERM')),
    });
    expect(killed.signal).toBe(15);
    expect(await play('crash')).toMatchObject({ code: 0, kept: 0 });
  });

  it('counts a process that dies without a word of its play as lost, and never kills the next play', async () => {
    await play('lost');
    expect(await play('lost', 'import os; os._exit(9)')).toMatchObject({ code: null, signal: 9, cpuMs: 0 });
    const over = await pool.take(policy('late'));
    await writeFile(join(over.dir, 'flow.py'), WHO);
    over.start({ env: {} });
    await over.ended;
    over.kill('KILL');
    await pool.release(over);
    expect(existsSync(over.dir)).toBe(false);
    expect(await play('late')).toMatchObject({ code: 0, kept: 0 });
  });

  it('keeps no more of them than it may', async () => {
    for (const name of ['1', '2', '3', '4']) await play(`kept ${name}`);
    await expect.poll(() => base.stats().running).toBe(2);
    expect(pool.stats().running).toBe(0);
    expect((await play('kept 4')).kept).toBe(1);
    expect((await play('kept 1')).kept).toBe(0);
  });

  it('does not go on with a process that lies about its end', async () => {
    const first = await play('forged', `${WHO}\nsend_raw(b'{"served": 7}\\n{"more": 1}\\n')`);
    expect((await play('forged')).pid).not.toBe(first.pid);
  });
});
