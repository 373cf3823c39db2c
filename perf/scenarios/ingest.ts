// How many spans the server takes in: from the sockets of many plays to the tables. The lines are made before and are written by processes in
// Node (perf/ingest), so that Python is not what is measured. A span is its start and its end.

import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createClient } from '@connectrpc/connect';
import { SpanService } from '@hero-logic/proto/herologic/executor/v1/span_service_pb';
import { ingestFloorUs } from '../ingest/floor.ts';
import { createGate } from '../ingest/gate.ts';
import { startWriterServer } from '../ingest/writer-python.ts';
import { processorUs } from '../process-time.ts';
import type { Report } from '../report.ts';
import type { PerfServer } from '../server.ts';
import { spread } from '../stats.ts';

export const WRITERS = 8;
const SPANS = 10_000;
const WARM_UP = 2;
/** As much as the SDK collects before it writes. */
const PIECE = 16 * 1024;
export const PLAIN: Kind = { name: 'spans', isRecorded: false, piece: PIECE };
const KINDS: readonly Kind[] = [
  PLAIN,
  { name: 'spans in small writes', isRecorded: false, piece: 350 },
  { name: 'spans with a recorded output each', isRecorded: true, piece: PIECE },
];

interface Kind {
  readonly name: string;
  readonly isRecorded: boolean;
  /** Bytes of a write; 350 are about one span. */
  readonly piece: number;
}

/** Only its head is read: plays of it are writers. */
const FLOW = `
from hero_tracing import flow

@flow(name="ingest")
def ingest(spans: int, is_recorded: bool, piece: int, gate: str) -> int:
    return 1
`;

/** Node reserves more memory than it uses. */
const LIMITS = { memoryMb: 4096 };

export async function ingest(_shared: PerfServer, rounds: number): Promise<Report> {
  const folder = mkdtempSync(join(tmpdir(), 'hl-ingest-'));
  const server = await startWriterServer(folder, WRITERS);
  try {
    const floors = KINDS.map(() => [] as number[]);
    const found = KINDS.map(() => [] as Ingested[]);
    for (let round = -WARM_UP; round < Math.max(3, Math.min(rounds, 8)); round++) {
      for (const [at, kind] of KINDS.entries()) {
        const floor = ingestFloorUs(folder, SPANS, kind.isRecorded);
        const one = await ingestOnce(server, folder, kind);
        if (round < 0) continue;
        floors[at]?.push(floor);
        found[at]?.push(one);
      }
    }
    const rows = KINDS.flatMap(({ name }, at) => {
      const all = found[at] ?? [];
      const floor = spread(floors[at] ?? []);
      const us = all.map(({ cpuUs }) => cpuUs);
      return [
        { name: `floor: one row each, one process: ${name}`, spread: floor, unit: 'us' },
        {
          name: `processor time of the server for one of: ${name}`,
          spread: spread(us),
          unit: 'us',
          against: floor.p50,
        },
        {
          name: `${name} in a second of processor time`,
          spread: spread(us.map((one) => 1e6 / one)),
          unit: '/s',
          ...(at === 0 ? { goal: 'at least 50,000' } : {}),
        },
        {
          name: `${name} in a second, until all are durable`,
          spread: spread(all.map((one) => one.perSecond)),
          unit: '/s',
        },
      ];
    });
    const notes = [
      `${WRITERS} plays at once of ${SPANS} spans each, over Unix sockets, on SQLite with every commit synced; the processor time is of all threads of the server until all is in its tables`,
    ];
    // Two processes are compared, each by its own time.
    return { title: 'Spans taken in', rows, notes, noise: 1.5 };
  } finally {
    await server.stop();
    rmSync(folder, { recursive: true });
  }
}

interface Ingested {
  /** On the clock. */
  readonly perSecond: number;
  /** For one span. */
  readonly cpuUs: number;
}

export async function ingestOnce(server: PerfServer, folder: string, kind: Kind): Promise<Ingested> {
  const { plays, transport, pid } = server;
  const spans = createClient(SpanService, transport);
  const workflow = { case: 'workflowSid', value: await server.add('ingest', FLOW, LIMITS) } as const;
  const gate = await createGate(join(folder, 'gate'), WRITERS);
  try {
    const inputData = JSON.stringify({
      spans: SPANS,
      is_recorded: kind.isRecorded,
      piece: kind.piece,
      gate: gate.path,
    });
    const start = async () => (await plays.startPlay({ workflow, inputData })).sid;
    const sids = await Promise.all(Array.from({ length: WRITERS }, start));
    const ends = Promise.all(sids.map((playSid) => plays.waitPlay({ playSid })));
    const died = ends.then(([one]) => Promise.reject(new Error(`a writer has ended: ${one?.error?.message ?? ''}`)));
    await Promise.race([gate.ready(), died]);
    const [at, before] = [performance.now(), processorUs(pid)];
    await Promise.race([gate.open(), died]);
    const tookMs = performance.now() - at;
    // Whoever reads a play waits until all of it is in the tables.
    await Promise.all(sids.map((playSid) => spans.listSpans({ playSid, pageSize: 1 })));
    const cpuUs = processorUs(pid) - before;
    gate.close();
    died.catch(() => {});
    for (const { spanCount, error } of await ends) {
      if (spanCount !== BigInt(SPANS + 1)) throw new Error(`kept ${spanCount} spans: ${error?.message ?? ''}`);
    }
    const all = WRITERS * SPANS;
    return { perSecond: (all / tookMs) * 1000, cpuUs: cpuUs / all };
  } finally {
    gate.close();
  }
}
