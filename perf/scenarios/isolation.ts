// Isolation "play" (a process for every play) beside "version" (plays of a version one after the other in one process), in turn in one run.

import { addKind, KINDS, type Kind, ofKinds } from '../isolation-kinds.ts';
import type { Report, Row } from '../report.ts';
import type { PerfServer } from '../server.ts';
import { spread } from '../stats.ts';
import { treeCpuMs } from '../tree-cpu.ts';
import { FORTY } from './forty-steps.ts';
import { NOTHING } from './nothing.ts';

const WARM_UP = 100;
const IN_FLIGHT = 16;
const PLAYS = 200;

interface Found {
  readonly alone: number[];
  readonly forty: number[];
  readonly perSecond: number[];
  readonly cpu: number[];
}

export async function isolation(server: PerfServer, rounds: number): Promise<Report> {
  const found = new Map(KINDS.map((kind) => [kind, { alone: [], forty: [], perSecond: [], cpu: [] } as Found]));
  const sids = await ofKinds(async (kind) => ({
    nothing: await addKind(server, kind, { name: 'nothing', source: NOTHING }),
    forty: await addKind(server, kind, { name: 'forty', source: FORTY }),
  }));
  const play = async (sid: string) => {
    const started = performance.now();
    const { outputData, error } = await server.plays.startPlay({
      workflow: { case: 'workflowSid', value: sid },
      waitMs: 60_000n,
    });
    if (outputData === '') throw new Error(`a play failed: ${error?.message ?? ''}`);
    return { ms: performance.now() - started, outputData };
  };
  for (let round = -WARM_UP; round < rounds * 5; round++) {
    for (const [kind, { alone, forty }] of found) {
      const { ms } = await play(sids[kind].nothing);
      if (round >= 0) alone.push(ms);
      if (round < -WARM_UP / 2 || (round >= 0 && round % 5 > 0)) continue;
      const inside = JSON.parse((await play(sids[kind].forty)).outputData) as { ms: number };
      if (round >= 0) forty.push(inside.ms);
    }
  }
  for (let round = -1; round < Math.max(3, Math.min(rounds, 8)); round++) {
    for (const [kind, { perSecond, cpu }] of found) {
      const before = treeCpuMs(server.pid);
      const ms = await atOnce(() => play(sids[kind].nothing));
      if (round < 0) continue;
      perSecond.push(PLAYS / (ms / 1000));
      cpu.push((treeCpuMs(server.pid) - before) / PLAYS);
    }
  }
  return { title: 'Isolation by play and by version', ratioTo: 'a process for every play', rows: rowsOf(found) };
}

async function atOnce(play: () => Promise<unknown>): Promise<number> {
  const started = performance.now();
  let left = PLAYS;
  const worker = async () => {
    while (left-- > 0) await play();
  };
  await Promise.all(Array.from({ length: IN_FLIGHT }, worker));
  return performance.now() - started;
}

function rowsOf(found: ReadonlyMap<Kind, Found>): Row[] {
  const row = (name: string, unit: string, of: (one: Found) => number[]): Row[] => {
    const base = spread(of(found.get('play') as Found)).p50;
    return [...found].map(([kind, one]) => {
      const against = kind === 'play' ? {} : { against: base };
      const better = unit === '/s' ? 'higher' : 'lower';
      return { name: `${name}: ${kind}`, spread: spread(of(one)), unit, better, ...against };
    });
  };
  return [
    ...row('nothing, start to end, one at a time', 'ms', ({ alone }) => alone),
    ...row('40 steps inside a play', 'ms', ({ forty }) => forty),
    ...row(`plays a second, ${IN_FLIGHT} in flight`, '/s', ({ perSecond }) => perSecond),
    ...row('processor time of a play, everything', 'ms', ({ cpu }) => cpu),
  ];
}
