// Memory of plays: private memory of running ones; processes and live heap (after a full collection) of waiting ones.

import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Report } from '../report.ts';
import { type PerfServer, startServer } from '../server.ts';
import { spread } from '../stats.ts';

const FLOW = `
import time
from hero_tracing import ask_user, flow

@flow(name="hold")
def hold(seconds: int = 0) -> int:
    time.sleep(seconds)
    return 0

@flow(name="wait")
def wait() -> str:
    return ask_user.text("Well?")
`;

const RUNNING = 6;
const WAITING = 4000;
/** Until Node has compiled what is hot, and its caches are filled. */
const WARM_UP = 2000;

export async function memory(): Promise<Report> {
  const snapshots = mkdtempSync(join(tmpdir(), 'hlperf-'));
  const server = await startServer([], { NODE_OPTIONS: `--heapsnapshot-signal=SIGUSR2 --diagnostic-dir=${snapshots}` });
  try {
    return await measure(server, () => liveHeap(server.pid, snapshots));
  } finally {
    await server.stop();
    rmSync(snapshots, { recursive: true });
  }
}

async function measure(server: PerfServer, heap: () => Promise<number>): Promise<Report> {
  const hold = await server.add('hold', FLOW);
  const wait = await server.add('wait', FLOW);
  await settle();
  const before = privateKb(server.pid);
  const held = await Promise.all(
    Array.from({ length: RUNNING }, () =>
      server.plays.startPlay({ workflow: { case: 'workflowSid', value: hold }, inputData: '{"seconds": 4}' }),
    ),
  );
  await settle();
  const during = privateKb(server.pid);
  // A hot spare becomes the play, and touches more than those that wait.
  const running = [...during.values()].sort((a, b) => b - a).slice(0, RUNNING);
  await Promise.all(held.map((play) => server.plays.waitPlay({ playSid: play.sid, timeoutMs: 30_000n })));

  await settle();
  const processesBefore = privateKb(server.pid).size;
  await startWaiting(server, wait, WARM_UP);
  const heapBefore = await heap();
  await startWaiting(server, wait, WAITING);
  await settle();
  const processesAfter = privateKb(server.pid).size;
  const heapAfter = await heap();
  const row = (name: string, value: number, unit: string, goal?: string) => ({
    name,
    spread: spread([value]),
    unit,
    ...(goal === undefined ? {} : { goal }),
  });
  return {
    title: 'Memory',
    rows: [
      {
        name: `private memory of a running play (${RUNNING} at once)`,
        spread: spread(running.map((kb) => kb / 1024)),
        unit: 'MB',
        goal: 'under 4',
      },
      row(`processes more with ${WAITING} plays waiting`, processesAfter - processesBefore, '', '0'),
      row('live heap of the server per waiting play', (heapAfter - heapBefore) / 1024 / WAITING, 'kB', 'none'),
      row('python processes before: hot spares', before.size, ''),
    ],
  };
}

const settle = () => new Promise((resolve) => setTimeout(resolve, 1500));

/** Private memory of plays and spares below a process: children of a zygote, without the zygotes themselves. kB by pid. */
function privateKb(root: number): Map<number, number> {
  const parents = new Map<number, number>();
  for (const name of readdirSync('/proc')) {
    if (!/^\d+$/.test(name)) continue;
    const stat = tryRead(`/proc/${name}/stat`);
    const ppid = Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1]);
    parents.set(Number(name), ppid);
  }
  const found = new Map<number, number>();
  const zygotes = new Set(parents.values());
  for (const pid of parents.keys()) {
    if (zygotes.has(pid)) continue;
    for (let p: number | undefined = parents.get(pid); p !== undefined && p > 1; p = parents.get(p)) {
      if (p !== root) continue;
      if (tryRead(`/proc/${pid}/cmdline`).includes('hero_zygote')) found.set(pid, privateOf(pid));
      break;
    }
  }
  return found;
}

function privateOf(pid: number): number {
  const rollup = tryRead(`/proc/${pid}/smaps_rollup`);
  return [...rollup.matchAll(/^Private_(?:Clean|Dirty):\s+(\d+) kB/gm)].reduce((sum, m) => sum + Number(m[1]), 0);
}

async function startWaiting(server: PerfServer, workflowSid: string, count: number): Promise<void> {
  let left = count;
  const worker = async () => {
    while (left-- > 0)
      await server.plays.startPlay({ workflow: { case: 'workflowSid', value: workflowSid }, waitMs: 30_000n });
  };
  await Promise.all(Array.from({ length: 16 }, worker));
}

/** Bytes that are still reachable. The first snapshot collects garbage, and lets what is told of it clean up. */
async function liveHeap(pid: number, folder: string): Promise<number> {
  return Math.min(await snapshot(pid, folder), await snapshot(pid, folder));
}

async function snapshot(pid: number, folder: string): Promise<number> {
  const known = new Set(readdirSync(folder));
  process.kill(pid, 'SIGUSR2');
  for (let tries = 0; tries < 120; tries++) {
    await new Promise((resolve) => setTimeout(resolve, 500));
    const file = readdirSync(folder).find((name) => !known.has(name));
    const size = file === undefined ? undefined : sumOfSnapshot(join(folder, file));
    if (size !== undefined) return size;
  }
  throw new Error('the server wrote no heap snapshot within a minute');
}

function sumOfSnapshot(file: string): number | undefined {
  try {
    const { snapshot, nodes } = JSON.parse(readFileSync(file, 'utf8')) as {
      snapshot: { meta: { node_fields: string[] } };
      nodes: number[];
    };
    const fields = snapshot.meta.node_fields;
    let sum = 0;
    for (let i = fields.indexOf('self_size'); i < nodes.length; i += fields.length) sum += nodes[i] as number;
    return sum;
  } catch {
    return undefined; // Still being written.
  }
}

function tryRead(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return ''; // The process has just ended.
  }
}
