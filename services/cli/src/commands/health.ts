// health: the queue, the executors and what they need, as the scheduler sees them.

import { timeFromPb } from '@hero-logic/platform/client';
import {
  type SeenExecutor,
  type SystemHealth,
  SystemHealthSchema,
} from '@hero-logic/proto/herologic/scheduler/v1/health_service_pb';
import type { Context } from '../core/context.ts';
import { EXIT, type ExitCode } from '../core/exit-codes.ts';
import { toJson } from '../core/to-json.ts';
import { ago, duration } from '../text/duration.ts';
import { tableLines } from '../text/table.ts';

export async function health({ clients, io, json }: Context): Promise<ExitCode> {
  const found = await clients.health.getHealth({});
  if (json) {
    io.out(`${JSON.stringify(toJson(SystemHealthSchema, found))}\n`);
    return EXIT.ok;
  }
  for (const line of queueLines(found)) io.out(`${line}\n`);
  const now = timeFromPb(found.at) ?? 0;
  const rows = found.executors.map((one) => rowOf(one, now));
  const head = ['EXECUTOR', 'STATE', 'TIER', 'SLOTS FREE', 'RUNS', 'HOT', 'BUSY', 'SEEN'];
  if (rows.length > 0) io.out(`${tableLines({ head, rows, io, isAmongText: true }).join('\n')}\n`);
  else io.err('No executor has reported within 15 minutes: plays stay in the queue.\n');
  for (const line of problemLines(found)) io.out(`${line}\n`);
  return EXIT.ok;
}

function queueLines({ queue }: SystemHealth): string[] {
  if (queue === undefined) return [];
  const since = (ms: bigint | undefined) => (ms === undefined ? '' : `, the next since ${duration(Number(ms))}`);
  return [
    `queue: ${queue.ready} ready${since(queue.readyAgeMs)}, ${queue.pending} pending, ${queue.leases} running, ${queue.awaitingResume} waiting`,
    `questions: ${queue.openQuestions} open`,
    ...(queue.triggerLagMs > 1000n ? [`triggers: ${duration(Number(queue.triggerLagMs))} late`] : []),
  ];
}

function rowOf({ state, silent, seenAt }: SeenExecutor, now: number): string[] {
  if (state === undefined) return [];
  return [
    state.executorId,
    silent ? 'silent' : state.draining ? 'stopping' : 'takes plays',
    state.tier,
    `${state.freeSlots} of ${state.slots}`,
    String(state.running),
    String(state.hotSpares),
    `${Math.round((state.process?.busyShare ?? 0) * 100)} %`,
    ago(now - (timeFromPb(seenAt) ?? now)),
  ];
}

function problemLines({ scheduler, executors }: SystemHealth): string[] {
  const processes = [
    { of: 'scheduler', process: scheduler },
    ...executors.map(({ state }) => ({ of: state?.executorId ?? '', process: state?.process })),
  ];
  return processes.flatMap(({ of, process }) =>
    (process?.needs ?? [])
      .filter(({ problem }) => problem !== '')
      .map(({ name, problem }) => `PROBLEM  ${name} of ${of}: ${problem}`),
  );
}
