// Contract: whatever a wrong or hostile flow does, its play ends in a clear state, and where its author has to change something the
// message says what. With the real SDK in a real sandbox.

import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { MessageInitShape } from '@bufbuild/protobuf';
import { silentLog } from '@hero-logic/platform';
import { createTempDir } from '@hero-logic/platform/testing';
import { SpanStatus } from '@hero-logic/proto/herologic/executor/v1/span_pb';
import type { VersionLimitsSchema } from '@hero-logic/proto/herologic/registry/v1/workflow_pb';
import { LeaseState, RunOutcome } from '@hero-logic/proto/herologic/scheduler/v1/lease_service_pb';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createInterpreters } from '../src/create-interpreters.ts';
import { findPython } from '../src/interpreters/python.ts';
import { type Case, FLOODS, main, OTHERS, PAUSES, PROCESSES, RESULTS, SOCKETS } from './hostile-cases.ts';
import { createWorld } from './world.ts';

const SDK = fileURLToPath(new URL('../../../python', import.meta.url));
const python = await findPython().catch(() => undefined);
const { SUCCESS, CANCELLED } = RunOutcome;
const BOUNDS = { cpuS: 2, wallMs: 20_000n, memoryMb: 256 };

describe.skipIf(python === undefined)('a play', () => {
  const folder = createTempDir();
  let world: Awaited<ReturnType<typeof createWorld>>;
  let count = 0;

  beforeAll(async () => {
    const interpreters = await createInterpreters({ sdkPath: SDK, dir: folder.path, slots: 2, log: silentLog });
    world = await createWorld({ interpreters, config: { slots: 2, killGraceMs: 300 } });
  });
  afterAll(async () => {
    await world.dispose();
    folder.remove();
  });

  async function run(source: string, limits: MessageInitShape<typeof VersionLimitsSchema> = BOUNDS) {
    const sid = `p${++count}`;
    world.scheduler.addVersion(sid, source, { limits });
    world.scheduler.enqueue(sid, { workflowVersionSid: sid });
    const report = await world.scheduler.reported(sid);
    const { spans } = await world.spans.getSkeleton({ playSid: sid });
    return { sid, report, spans };
  }

  async function ends([, source, outcome, type, message]: Case, cpuS = 2, wallMs = 30_000n) {
    const { report, spans } = await run(source, { cpuS, wallMs, memoryMb: 256 });
    expect(report.error?.message ?? '').toMatch(message);
    expect([RunOutcome[report.outcome], report.error?.type ?? '']).toEqual([
      RunOutcome[outcome],
      type || (report.error?.type ?? ''),
    ]);
    const open = [SpanStatus.RUNNING, SpanStatus.PENDING];
    expect(spans.filter((s) => open.includes(s.status))).toEqual([]);
    return { report, spans };
  }

  describe('that returns', () => it.each(RESULTS)('%s', async (...one) => void (await ends(one))));
  describe('whose pause signal meets', () => it.each(PAUSES)('%s', async (...one) => void (await ends(one))));
  describe('that ends its process by', () => it.each(PROCESSES)('%s', async (...one) => void (await ends(one))));
  describe('that breaks its wire by', () => it.each(SOCKETS)('%s', async (...one) => void (await ends(one))));
  describe('with', () => it.each(OTHERS)('%s', async (...one) => void (await ends(one))));
  describe('with a flood', () => it.each(FLOODS)('%s', async (...one) => void (await ends(one, 30)), 60_000));

  it('with too many spans keeps the first ones and says so', async () => {
    const { report, spans } = await ends(
      ['', main('for n in range(210_000):\n    with flow.step("s"): pass\nreturn 1'), SUCCESS, '', /^$/],
      60,
      110_000n,
    );
    expect(report.warnings).toEqual(['only the first 200000 spans were kept (limit max_spans); 10001 more came']);
    expect(report.spanCount).toBe(200_000n);
    expect(spans[0]).toMatchObject({ name: 'main', status: SpanStatus.OK });
  }, 240_000);

  it('with too many lines keeps the first ones and marks the cut; an unfinished line is kept', async () => {
    const { sid } = await run(
      main('print("half", end="")\nfor n in range(300_000): print("line", n)\nprint("rest", end="")\nreturn 1'),
      { cpuS: 30, wallMs: 30_000n, memoryMb: 256 },
    );
    const { logs } = await world.spans.listLogs({ playSid: sid, pageSize: 10 });
    expect(logs[0]?.text).toBe('halfline 0');
    const short = await run(main('print("a", end="")\nreturn 1'));
    expect((await world.spans.listLogs({ playSid: short.sid })).logs.map((l) => l.text)).toEqual(['a']);
    let [after, last] = [0n, ''];
    for (;;) {
      const page = await world.spans.listLogs({ playSid: sid, afterSeq: after, pageSize: 1000 });
      if (page.logs.length === 0) break;
      [after, last] = [page.nextSeq, page.logs.at(-1)?.text ?? ''];
    }
    expect(last).toMatch(/log cut: the play wrote more than 1048576 bytes/);
  }, 60_000);

  it.each([
    ['disk_mb', { diskMb: 1 }, 'open("big", "wb").write(bytes(3 << 20))', /File too large|No space left/],
    ['open_files', { openFiles: 32 }, 'held = [open("flow.py") for _ in range(40)]', /Too many open files/],
    [
      'threads',
      { threads: 3 },
      '[threading.Thread(target=time.sleep, args=(9,)).start() for _ in range(9)]',
      /new thread/,
    ],
  ])('that goes over its limit %s fails', async (_, limits, body, message) => {
    const { report } = await run(main(`${body}\nreturn 1`), { ...BOUNDS, ...limits });
    if (report.outcome === SUCCESS && 'threads' in limits) return; // counted by user, which takes root
    expect(report.outcome).toBe(RunOutcome.FAILED);
    expect(report.error?.message).toMatch(message);
  });

  it('keeps as many spans and log lines as its version allows', async () => {
    const body = 'for n in range(20):\n    with flow.step("s"): print("x" * 100)\nreturn 1';
    const { sid, report, spans } = await run(main(body), { ...BOUNDS, maxSpans: 5, outputKb: 1 });
    expect(report.warnings).toEqual(['only the first 5 spans were kept (limit max_spans); 16 more came']);
    expect(spans).toHaveLength(5);
    const { logs } = await world.spans.listLogs({ playSid: sid });
    expect(logs.at(-1)?.text).toMatch(/log cut: the play wrote more than 1024 bytes/);
  });

  it('that writes garbage to its wire succeeds with a warning when nothing of the SDK was torn', async () => {
    const { report } = await run(main('os.write(3, b"garbage\\n")\nreturn 1'));
    expect(report.outcome).toBe(SUCCESS);
    expect(report.warnings).toEqual([
      expect.stringContaining('1 line of the play could not be read. File descriptor 3'),
    ]);
  });

  it.each([
    ['ignores SIGTERM', 'signal.signal(signal.SIGTERM, signal.SIG_IGN)'],
    ['handles SIGTERM and goes on', 'signal.signal(signal.SIGTERM, lambda *_: None)'],
    ['catches what its handler raises', 'def stop(*_): raise KeyboardInterrupt\nsignal.signal(signal.SIGTERM, stop)'],
  ])('that %s is gone after the grace when it is cancelled', async (_, handler) => {
    const sid = `c${++count}`;
    const told = 'if not told: told = True; print(os.getpid())';
    const loop = `while True:\n    try:\n        ${told}\n        time.sleep(0.05)\n    except BaseException: pass`;
    const body = `${handler}\ntold = False\n${loop}`;
    world.scheduler.addVersion(sid, main(body));
    world.scheduler.enqueue(sid, { workflowVersionSid: sid });
    // Its word is there: from now on it stands within the `try`.
    await expect.poll(async () => (await world.spans.listLogs({ playSid: sid })).logs.length).toBe(1);
    const { logs } = await world.spans.listLogs({ playSid: sid });
    const pid = hostPidOf(Number(logs[0]?.text), folder.path);
    expect(pid, 'it runs').toBeGreaterThan(0);
    world.scheduler.leases.set(sid, LeaseState.CANCEL);
    world.signals.publish('plays.cancel');
    expect((await world.scheduler.reported(sid)).outcome).toBe(CANCELLED);
    const { spans } = await world.spans.getSkeleton({ playSid: sid });
    expect(spans.map((s) => s.status)).toEqual([SpanStatus.CANCELLED]);
    expect(existsSync(`/proc/${pid}`), 'its process is gone by the time it is said to be').toBe(false);
  });
});

/** A play knows its process by the number that it has in the world of its zygote. */
function hostPidOf(own: number, folder: string): number | undefined {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map(Number)
    .find((pid) => {
      try {
        const inner = /^NSpid:.*\t(\d+)$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1];
        return Number(inner) === own && readFileSync(`/proc/${pid}/cmdline`, 'utf8').includes(folder);
      } catch {
        return false; // It has just ended.
      }
    });
}
