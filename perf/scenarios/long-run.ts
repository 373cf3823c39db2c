// Does a server grow? So many short plays through one server, and every few thousand what is alive in it: heap after a full collection, what its
// maps hold, memory, open files, processes. The first tenth warms up; the slope of the rest is what grows with the plays.

import { readdirSync, readFileSync } from 'node:fs';
import { INSPECTED, type Inspector, inspect } from '../inspector.ts';
import { addKind, type Kind, ofKinds } from '../isolation-kinds.ts';
import { treeOf } from '../process-memory.ts';
import { progress } from '../progress.ts';
import type { Report, Row } from '../report.ts';
import { type PerfServer, startServer } from '../server.ts';
import { type Point, slopeOf } from '../slope.ts';
import { spread } from '../stats.ts';

export interface LongRunOptions {
  readonly plays?: number | undefined;
}

const PLAYS = 100_000;
const SAMPLES = 20;
const IN_FLIGHT = 16;
const WARM_UP = 0.1;
/** One in so many has a process of its own. */
const ALONE_OF = 10;
const FLOW = `
from hero_tracing import flow

@flow
def double(n: int) -> int:
    return n * 2

@flow(name="short")
def short(n: int = 1) -> int:
    print("double", n)
    return double(n)
`;

interface Measure {
  readonly name: string;
  readonly unit: string;
  /** How its slope is told, for 1,000 plays. */
  readonly slope: { readonly unit: string; readonly factor: number };
}

const counted = (name: string): Measure => ({ name, unit: '', slope: { unit: '', factor: 1 } });
const sized = (name: string): Measure => ({ name, unit: 'MB', slope: { unit: 'kB', factor: 1024 } });
const MEASURES = [
  sized('live heap'),
  sized('buffers beside the heap'),
  sized('memory of the server (RSS)'),
  counted('entries of all maps'),
  counted('entries of all sets'),
  counted('open files of the server'),
  counted('processes'),
];

export async function longRun(_shared: PerfServer, _rounds: number, options: LongRunOptions): Promise<Report> {
  const { plays = PLAYS } = options;
  const server = await startServer([], { ...INSPECTED, HERO_LOGIC_SLOTS: String(IN_FLIGHT) });
  try {
    const inspector = await inspect(server);
    const sids = await ofKinds((kind) => addKind(server, kind, { name: 'short', source: FLOW }));
    const step = Math.ceil(plays / SAMPLES);
    const seen: Point[][] = MEASURES.map(() => []);
    const perSecond: number[] = [];
    for (let done = 0; done < plays; ) {
      const count = Math.min(step, plays - done);
      const at = performance.now();
      await playAll(server, sids, count);
      perSecond.push((count / (performance.now() - at)) * 1000);
      done += count;
      const found = await sample(server.pid, inspector);
      for (const [n, value] of found.entries()) seen[n]?.push([done, value]);
      progress(
        `${done} plays: ${MEASURES.map(({ name, unit }, n) => `${name} ${found[n]?.toFixed(1)} ${unit}`).join(', ')}`,
      );
    }
    inspector.close();
    return reportOf(plays, seen, perSecond);
  } finally {
    await server.stop();
  }
}

async function playAll({ plays }: PerfServer, sids: Record<Kind, string>, count: number): Promise<void> {
  let left = count;
  const worker = async () => {
    while (left-- > 0) {
      const value = sids[left % ALONE_OF === 0 ? 'play' : 'version'];
      const { outputData, error } = await plays.startPlay({
        workflow: { case: 'workflowSid', value },
        waitMs: 60_000n,
      });
      if (outputData !== '2') throw new Error(`a play failed: ${error?.message ?? ''}`);
    }
  };
  await Promise.all(Array.from({ length: IN_FLIGHT }, worker));
}

/** In the order of MEASURES. */
async function sample(pid: number, inspector: Inspector): Promise<number[]> {
  const kb = Number(/^VmRSS:\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]);
  const files = readdirSync(`/proc/${pid}/fd`).length;
  const processes = treeOf(pid).length;
  const { heapBytes, bufferBytes, mapEntries, setEntries } = await inspector.alive();
  const mb = 2 ** 20;
  return [heapBytes / mb, bufferBytes / mb, kb / 1024, mapEntries, setEntries, files, processes];
}

function reportOf(plays: number, seen: readonly (readonly Point[])[], perSecond: readonly number[]): Report {
  const warm = seen.map((points) => points.filter(([done]) => done > plays * WARM_UP));
  const rows = MEASURES.flatMap(({ name, unit, slope }, n): Row[] => {
    const points = warm[n] ?? [];
    const values = spread(points.map(([, value]) => value));
    const { perX, error } = slopeOf(points);
    const of = (value: number) => value * 1000 * slope.factor;
    const [min, p50, max] = [of(perX - error), of(perX), of(perX + error)];
    return [
      { name, spread: values, unit },
      {
        name: `${name}: more for each 1,000 plays`,
        spread: { n: points.length, min, p50, p95: max, p99: max, max },
        unit: slope.unit,
        goal: '0 within the range',
      },
    ];
  });
  return {
    title: `A long run: ${plays} plays`,
    rows: [...rows, { name: 'plays a second', spread: spread(perSecond), unit: '/s' }],
    notes: [
      `isolation \`version\`, and one in ${ALONE_OF} with a process of its own`,
      'the first tenth warms up; the range of a slope is twice its standard error to both sides, so that 19 of 20 such ranges hold the true one',
    ],
    curves: MEASURES.map(({ name, unit }, n) => ({ name, unit, over: 'plays', points: seen[n] ?? [] })),
  };
}
