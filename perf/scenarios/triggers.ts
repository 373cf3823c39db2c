// Triggers that are due at one moment, 500 a round: how long until their plays are started.

import { createClient } from '@connectrpc/connect';
import { timeFromPb } from '@hero-logic/platform';
import type { Play } from '@hero-logic/proto/herologic/scheduler/v1/play_pb';
import { TriggerKind } from '@hero-logic/proto/herologic/scheduler/v1/trigger_pb';
import { TriggerService } from '@hero-logic/proto/herologic/scheduler/v1/trigger_service_pb';
import type { Report } from '../report.ts';
import type { PerfServer } from '../server.ts';
import { spread } from '../stats.ts';

/** Of 20 rounds, ten thousand. */
const A_ROUND = 500;
const IN_FLIGHT = 32;
/** Triggers by which is told how long the others take to create. */
const SAMPLE = 200;
const LONGEST_MS = 120_000;

const FLOW = `
from hero_tracing import flow

@flow(name="due")
def due() -> int:
    return 0
`;

export async function triggers(server: PerfServer, rounds: number): Promise<Report> {
  const count = rounds * A_ROUND;
  const client = createClient(TriggerService, server.transport);
  const workflowSid = await server.add('due', FLOW);
  const workflow = { case: 'workflowSid' as const, value: workflowSid };
  const add = (at: number) => client.createTrigger({ workflow, kind: TriggerKind.ONCE, spec: JSON.stringify({ at }) });
  const begin = Date.now();
  await inFlight(SAMPLE, () => add(Date.now() + 86_400_000 * 365));
  const eachMs = (Date.now() - begin) / SAMPLE;
  const dueAt = Date.now() + Math.ceil(eachMs * count * 1.5) + 2000;
  await inFlight(count, () => add(dueAt));
  if (Date.now() > dueAt) throw new Error('the triggers took longer to create than was foreseen; run it again');
  await new Promise((resolve) => setTimeout(resolve, dueAt - Date.now()));
  const started = await untilStarted(server, workflowSid, { count, dueAt });
  const seconds = started.map((play) => ((timeFromPb(play.createdAt) ?? 0) - dueAt) / 1000).sort((a, b) => a - b);
  return {
    title: `${count} triggers due at once`,
    rows: [{ name: 'due to started, each', spread: spread(seconds), unit: 's', goal: 'all within 60' }],
  };
}

async function inFlight(count: number, work: () => Promise<unknown>): Promise<void> {
  let left = count;
  const worker = async () => {
    while (left-- > 0) await work();
  };
  await Promise.all(Array.from({ length: IN_FLIGHT }, worker));
}

async function untilStarted(
  server: PerfServer,
  workflowSid: string,
  { count, dueAt }: { readonly count: number; readonly dueAt: number },
): Promise<Play[]> {
  for (;;) {
    await new Promise((resolve) => setTimeout(resolve, 2000));
    const started = await playsOf(server, workflowSid);
    if (started.length === count) return started;
    if (started.length > count) throw new Error(`${started.length} plays of ${count} triggers`);
    if (Date.now() - dueAt > LONGEST_MS)
      throw new Error(`${started.length} plays of ${count} were started within two minutes`);
  }
}

async function playsOf({ plays }: PerfServer, workflowSid: string): Promise<Play[]> {
  const all: Play[] = [];
  let pageToken = '';
  do {
    const page = await plays.listPlays({ workflowSid, pageSize: 1000, pageToken });
    all.push(...page.plays);
    pageToken = page.nextPageToken;
  } while (pageToken !== '');
  return all;
}
