// What people would use instead, really run: for each peer the same flows in turn with ours, so that both meet the same machine.

import { KINDS, type Kind, rowSuffix } from '../isolation-kinds.ts';
import { type Installed, install } from '../peers/install.ts';
import { askOurs } from '../peers/ours.ts';
import { PEERS, type Peer } from '../peers/peers.ts';
import { type Program, type Request, startProgram } from '../peers/program.ts';
import { treeMemory } from '../process-memory.ts';
import { progress } from '../progress.ts';
import type { Report, Row } from '../report.ts';
import type { PerfServer } from '../server.ts';
import { spread } from '../stats.ts';

interface Flow {
  readonly title: string;
  readonly request: Request;
  readonly unit: 'ms' | '/s';
  readonly rounds: (rounds: number) => number;
  readonly longestMs: number;
}

const some = (rounds: number) => Math.min(rounds, 10);
const few = (rounds: number) => Math.min(rounds, 3);
const FLOWS: readonly Flow[] = [
  { title: '40 steps', request: { run: 'steps', count: 40 }, unit: 'ms', rounds: some, longestMs: 60_000 },
  { title: 'nothing', request: { run: 'steps', count: 0 }, unit: 'ms', rounds: (n) => n, longestMs: 60_000 },
  {
    title: 'three steps, 64 in flight',
    request: { run: 'three', runs: 128, at_once: 64 },
    unit: '/s',
    rounds: few,
    longestMs: 240_000,
  },
  { title: 'answer to the end', request: { run: 'answer' }, unit: 'ms', rounds: some, longestMs: 60_000 },
  { title: '10,000 steps', request: { run: 'steps', count: 10_000 }, unit: 'ms', rounds: () => 1, longestMs: 180_000 },
  {
    title: 'fan-out of 1,000',
    request: { run: 'fan_out', count: 1000 },
    unit: 'ms',
    rounds: few,
    longestMs: 120_000,
  },
];

/** Until Node has compiled what is hot. */
const WARM_UP = 80;
const SOME_RUNS: Request = { run: 'steps', count: 40 };
/** Libraries and servers differ more between runs than our own floor does. */
const NOISE = 2;

/** What takes longer is not run again: then its first runs, or the one, are what is shown. */
const LONG_MS = 45_000;

type Ours = Readonly<Record<Kind, number[]>>;

interface Found {
  readonly ours: Ours;
  readonly rows: Row[];
  readonly notes: string[];
}

export interface PeersOptions {
  /** Keys of PEERS; empty = all. */
  readonly peers?: readonly string[];
}

export async function peers(server: PerfServer, rounds: number, options: PeersOptions = {}): Promise<Report[]> {
  const found: Found[] = FLOWS.map(() => ({ ours: { play: [], version: [] }, rows: [], notes: [] }));
  const memory: Row[] = [];
  const notes: string[] = [];
  for (let round = 0; round < WARM_UP; round++) for (const kind of KINDS) await askOurs(server, SOME_RUNS, kind);
  for (const [key, peer] of Object.entries(PEERS)) {
    if (options.peers?.length && !options.peers.includes(key)) continue;
    notes.push(`${peer.name} keeps: ${peer.keeps}`);
    try {
      memory.push(await measure(server, peer, rounds, found));
    } catch (error) {
      notes.push(`${peer.name} is not in the tables: ${(error as Error).message}`);
    }
  }
  const mine = spread([treeMemory(server.pid)]);
  const reports = FLOWS.map(({ title, unit }, at) => {
    const { ours, rows, notes: missed } = found[at] as Found;
    return reportOf(`Peers: ${title}`, [...ownRows(ours, unit), ...rows], missed);
  });
  const kept = [{ name: 'hero-logic', spread: mine, unit: 'MB' }, ...memory];
  return [...reports, reportOf('Peers: memory of all processes after these runs', kept, notes)];
}

function ownRows({ play, version }: Ours, unit: Flow['unit']): Row[] {
  if (play.length === 0) return [];
  const own = spread(play);
  const better = unit === 'ms' ? 'lower' : 'higher';
  const name = `hero-logic${rowSuffix('version')}`;
  return [
    { name: 'hero-logic', spread: own, unit },
    { name, spread: spread(version), unit, against: own.p50, better },
  ];
}

function reportOf(title: string, rows: readonly Row[], notes: readonly string[]): Report {
  return { title, rows, ratioTo: 'hero-logic in turn', noise: NOISE, notes };
}

async function measure(server: PerfServer, peer: Peer, rounds: number, found: readonly Found[]): Promise<Row> {
  const installed = install(peer);
  let program = await startProgram(peer, installed);
  let mb = 0;
  try {
    for (const [at, flow] of FLOWS.entries()) {
      const into = found[at] as Found;
      progress(`${peer.name}: ${flow.title}`);
      try {
        into.rows.push(await inTurn(server, peer, { program, flow, rounds, ours: into.ours }));
        mb = treeMemory(program.pid);
      } catch (error) {
        into.notes.push(`${peer.name}: ${(error as Error).message}`);
        program = await again(peer, installed, program);
      }
    }
  } finally {
    await program.stop();
  }
  return { name: peer.name, spread: spread([mb]), unit: 'MB' };
}

async function again(peer: Peer, installed: Installed, old: Program): Promise<Program> {
  await old.stop();
  return await startProgram(peer, installed);
}

interface Turn {
  readonly program: Program;
  readonly flow: Flow;
  readonly rounds: number;
  /** Of all peers; grows. */
  readonly ours: Ours;
}

async function inTurn(server: PerfServer, peer: Peer, turn: Turn): Promise<Row> {
  const { program, flow, ours } = turn;
  const mine: number[] = [];
  const theirs: number[] = [];
  const began = performance.now();
  /** What is run once would warm up for as long as it takes. */
  const rounds = flow.rounds(turn.rounds);
  for (let round = rounds > 1 ? -1 : 0; round < rounds; round++) {
    const own = await askOurs(server, flow.request);
    const shared = await askOurs(server, flow.request, 'version');
    const other = await program.ask(flow.request, flow.longestMs);
    const isLong = performance.now() - began > LONG_MS;
    if (round < 0 && !isLong) continue;
    mine.push(own);
    ours.version.push(shared);
    theirs.push(other);
    if (isLong) break;
  }
  ours.play.push(...mine);
  return {
    name: peer.name,
    spread: spread(theirs),
    unit: flow.unit,
    against: spread(mine).p50,
    ...(flow.unit === 'ms' ? { better: 'higher' as const } : {}),
  };
}
