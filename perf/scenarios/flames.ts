// Where the processor time of a server goes on the hot paths: a picture of each in perf/flames, and the areas as a table.

import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { AREAS, byArea, type CpuProfile, framesOf } from '../flame/profile.ts';
import { flameSvg } from '../flame/svg.ts';
import { startWriterServer } from '../ingest/writer-python.ts';
import { askOurs } from '../peers/ours.ts';
import { progress } from '../progress.ts';
import type { Report } from '../report.ts';
import { type PerfServer, startServer } from '../server.ts';
import { spread } from '../stats.ts';
import { ownCpuMs, treeCpuMs } from '../tree-cpu.ts';
import { answer } from './answer.ts';
import { FORTY } from './forty-steps.ts';
import { ingestOnce, PLAIN, WRITERS } from './ingest.ts';
import { NOTHING } from './nothing.ts';
import { replay } from './replay.ts';

const FOLDER = new URL('../flames/', import.meta.url);
const INTERVAL_US = 250;
/** Of the plays, the last: the first warm up. */
const MEASURED = 0.4;
const INGEST_ROUNDS = 8;
const PAGE = 50;
const PAGES = 2000;
const WATCHERS = 4;
const WATCH_ROUNDS = 20;
const WATCHED_STEPS = 500;
const WATCHED = `
from hero_tracing import flow

@flow
def step(i: int) -> int:
    return i

@flow(name="watched")
def watched() -> int:
    return sum(step(i) for i in range(${WATCHED_STEPS}))
`;

interface Path {
  /** Of the picture. */
  readonly name: string;
  readonly title: string;
  start(env: Record<string, string>, folder: string): Promise<PerfServer>;
  load(server: PerfServer, folder: string): Promise<void>;
}

const PATHS: readonly Path[] = [
  path('nothing', 'A play that does nothing, one at a time', {
    flow: 'nothing',
    source: NOTHING,
    plays: 600,
    atOnce: 1,
  }),
  path('forty-steps', '40 steps, one play at a time', { flow: 'forty', source: FORTY, plays: 300, atOnce: 1 }),
  path('crowd', 'A play that does nothing, 16 at once', { flow: 'nothing', source: NOTHING, plays: 1000, atOnce: 16 }),
  {
    name: 'ingest',
    title: `Spans of ${WRITERS} plays taken in`,
    start: (env, folder) => startWriterServer(folder, WRITERS, env),
    async load(server, folder) {
      for (let round = 0; round < INGEST_ROUNDS; round++) await ingestOnce(server, folder, PLAIN);
    },
  },
  {
    name: 'three-steps',
    title: 'Plays of three steps, 64 in flight',
    start: (env) => startServer([], env),
    load: async (server) => void (await askOurs(server, { run: 'three', runs: 1200, at_once: 64 })),
  },
  {
    name: 'answer',
    title: 'An answer to the end, one play at a time',
    start: (env) => startServer([], env),
    load: async (server) => void (await answer(server, 60)),
  },
  {
    name: 'replay',
    title: 'Replays, most of them of 50,000 steps',
    start: (env) => startServer([], env),
    load: async (server) => void (await replay(server, 10)),
  },
  {
    name: 'list',
    title: `Pages of ${PAGE} plays, over HTTP`,
    start: (env) => startServer([], env),
    async load(server) {
      const workflow = { case: 'workflowSid', value: await server.add('nothing', NOTHING) } as const;
      for (let made = 0; made < PAGE; made++) await server.plays.startPlay({ workflow, waitMs: 60_000n });
      for (let listed = 0; listed < PAGES; listed++) await listPage(server.url);
    },
  },
  {
    name: 'watch',
    title: `${WATCHERS} plays of 500 steps, each watched while it runs`,
    start: (env) => startServer([], env),
    load: watchPlays,
  },
];

async function listPage(url: string): Promise<void> {
  const body = JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'play_list', params: { page_size: PAGE } });
  const reply = await fetch(`${url}/rpc`, { method: 'POST', body, headers: { 'content-type': 'application/json' } });
  const { result } = (await reply.json()) as { result?: { plays: readonly unknown[] } };
  if (result?.plays.length !== PAGE) throw new Error(`a page of ${PAGE} plays was asked for: HTTP ${reply.status}`);
}

async function watchPlays(server: PerfServer): Promise<void> {
  const value = await server.add('watched', WATCHED);
  for (let round = 0; round < WATCH_ROUNDS; round++) {
    await Promise.all(
      Array.from({ length: WATCHERS }, async () => {
        const { sid } = await server.plays.startPlay({ workflow: { case: 'workflowSid', value } });
        const seen = new Set<string>();
        for await (const { spans } of server.plays.watchPlay({ playSid: sid }))
          for (const span of spans) seen.add(span.spanId);
        if (seen.size <= WATCHED_STEPS) throw new Error(`only ${seen.size} spans of a play were seen`);
      }),
    );
  }
}

export async function flames(_shared: PerfServer): Promise<Report[]> {
  mkdirSync(FOLDER, { recursive: true });
  const reports: Report[] = [];
  for (const path of PATHS) {
    progress(path.title);
    const { profile, beside } = await profileOf(path);
    const root = framesOf(profile, MEASURED);
    writeFileSync(new URL(`${path.name}.svg`, FOLDER), flameSvg(root, `${path.title}: the process of the server`));
    const areas = byArea(root);
    const share = (area: (typeof AREAS)[number]) => ((areas.get(area) ?? 0) / root.us) * 100;
    reports.push({
      title: `${path.title}: where the server is (perf/flames/${path.name}.svg)`,
      rows: [
        ...AREAS.map((area) => ({ name: area, spread: spread([share(area)]), unit: '%' })),
        { name: 'of all processor time beside the server: zygote and plays', spread: spread([beside]), unit: '%' },
      ],
    });
  }
  return reports;
}

interface Plays {
  readonly flow: string;
  readonly source: string;
  readonly plays: number;
  readonly atOnce: number;
}

/** Plays of one flow. */
function path(name: string, title: string, { flow, source, plays, atOnce }: Plays): Path {
  return {
    name,
    title,
    start: (env) => startServer([], env),
    async load(server) {
      const workflow = { case: 'workflowSid', value: await server.add(flow, source) } as const;
      let left = plays;
      const worker = async () => {
        while (left-- > 0) await server.plays.startPlay({ workflow, waitMs: 60_000n });
      };
      await Promise.all(Array.from({ length: atOnce }, worker));
    },
  };
}

/** `beside`: of all processor time, per cent in the processes that the server has started. */
async function profileOf({ start, load }: Path): Promise<{ profile: CpuProfile; beside: number }> {
  const folder = mkdtempSync(join(tmpdir(), 'hl-flames-'));
  const profiles = join(folder, 'profiles');
  try {
    const options = `--cpu-prof --cpu-prof-interval=${INTERVAL_US} --cpu-prof-dir=${profiles}`;
    const server = await start({ NODE_OPTIONS: options }, folder);
    let beside = 0;
    try {
      const [own, all] = [ownCpuMs(server.pid), treeCpuMs(server.pid)];
      await load(server, folder);
      beside = (1 - (ownCpuMs(server.pid) - own) / (treeCpuMs(server.pid) - all)) * 100;
    } finally {
      await server.stop(); // the profile is written when the process ends
    }
    const written = readdirSync(profiles).map((file) => readFileSync(join(profiles, file), 'utf8'));
    // Threads have profiles of their own; that of the server is the longest by far.
    const longest = written.sort((a, b) => b.length - a.length)[0] ?? '';
    return { profile: JSON.parse(longest) as CpuProfile, beside };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
