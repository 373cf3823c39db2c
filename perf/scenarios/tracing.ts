// What a trace costs a step: plays of 500 small steps without an exporter and with one that sends every span over OTLP to a receiver on a real socket
// (in this process), in turn. The work of the exporter is counted until the receiver has every span.

import { createOtlpReceiver, type OtlpReceiver } from '@hero-logic/platform/testing';
import { processorUs } from '../process-time.ts';
import type { Report, Row } from '../report.ts';
import { type PerfServer, startServer } from '../server.ts';
import { spread } from '../stats.ts';

const FLOW = `
import time
from hero_tracing import flow

@flow
def tiny(i: int) -> int:
    return i

@flow(name="traced")
def traced(steps: int) -> float:
    started = time.perf_counter()
    for i in range(steps):
        tiny(i)
    return (time.perf_counter() - started) * 1e6 / steps
`;

const STEPS = 500;
const WARM_UP = 10;
const LONGEST_EXPORT_MS = 20_000;

interface Found {
  /** As the play sees it. */
  readonly stepUs: number[];
  readonly processorUs: number[];
}

export async function tracing(_shared: PerfServer, rounds: number): Promise<Report> {
  const receiver = await createOtlpReceiver();
  const env = { OTEL_EXPORTER_OTLP_ENDPOINT: receiver.url, OTEL_BSP_SCHEDULE_DELAY: '50' };
  const servers = [await startServer(), await startServer([], env)] as const;
  try {
    const [without, traced]: [Found, Found] = [none(), none()];
    const before = receiver.spans.length;
    for (let round = -WARM_UP; round < rounds; round++) {
      await measure(servers[0], round < 0 ? none() : without);
      await measure(servers[1], round < 0 ? none() : traced, receiver);
    }
    const each = (receiver.spans.length - before) / (rounds + WARM_UP) / STEPS;
    return {
      title: 'What a trace costs',
      ratioTo: 'no exporter',
      rows: [
        ...rowsOf('a step as its play sees it', without.stepUs, traced.stepUs),
        ...rowsOf('processor of the server for a step', without.processorUs, traced.processorUs),
      ],
      notes: [`${STEPS} steps a play, one play at a time; the receiver got ${each.toFixed(2)} spans a step`],
    };
  } finally {
    await Promise.all(servers.map((server) => server.stop()));
    await receiver.close();
  }
}

const none = (): Found => ({ stepUs: [], processorUs: [] });

function rowsOf(name: string, without: readonly number[], traced: readonly number[]): Row[] {
  const base = spread(without);
  return [
    { name: `${name}, no exporter`, spread: base, unit: 'us' },
    { name: `${name}, OTLP`, spread: spread(traced), unit: 'us', against: base.p50 },
  ];
}

async function measure({ pid, plays, add }: PerfServer, into: Found, receiver?: OtlpReceiver): Promise<void> {
  const value = await add('traced', FLOW);
  const spans = receiver?.spans.length ?? 0;
  const before = processorUs(pid);
  const inputData = JSON.stringify({ steps: STEPS });
  const play = await plays.startPlay({ workflow: { case: 'workflowSid', value }, inputData, waitMs: 60_000n });
  if (play.outputData === '') throw new Error(`a play failed: ${play.error?.message ?? ''}`);
  if (receiver !== undefined) await arrived(receiver, spans + STEPS);
  into.processorUs.push((processorUs(pid) - before) / STEPS);
  into.stepUs.push(Number(play.outputData));
}

async function arrived(receiver: OtlpReceiver, wanted: number): Promise<void> {
  const { promise: late, reject } = Promise.withResolvers<never>();
  const timer = setTimeout(
    () => reject(new Error(`of ${wanted} spans ${receiver.spans.length} came in ${LONGEST_EXPORT_MS / 1000} s`)),
    LONGEST_EXPORT_MS,
  );
  try {
    await Promise.race([receiver.until(() => receiver.spans.length >= wanted), late]);
  } finally {
    clearTimeout(timer);
  }
}
