// trigger add FLOW: lets plays of a flow start by themselves; prints the sid of the trigger and when it fires.

import { timeToPb } from '@hero-logic/platform/client';
import { OverlapPolicy, TriggerKind } from '@hero-logic/proto/herologic/scheduler/v1/trigger_pb';
import type { Context } from '../core/context.ts';
import type { ExitCode } from '../core/exit-codes.ts';
import { chooseVersion, resolveFlow } from '../core/resolve-flow.ts';
import { UsageError } from '../core/usage-error.ts';
import { readSpan, readTime } from '../input/read-time.ts';
import { createReadValue } from '../input/read-value.ts';
import { inputData } from '../input/typed-inputs.ts';
import { type OverlapWord, overlapFromWord, tellTrigger } from './trigger-show.ts';

export interface TriggerAddArgs {
  readonly flow: string;
  readonly cron?: string;
  readonly at?: string;
  readonly zone?: string;
  readonly dueAtInput?: string;
  readonly input: readonly string[];
  readonly json?: string;
  readonly name?: string;
  readonly overlap?: OverlapWord;
  readonly catchUp?: string;
  readonly jitter?: string;
  readonly pauseAfter?: number;
  readonly flowVersion?: string;
  readonly paused?: boolean;
}

export async function triggerAdd(context: Context, args: TriggerAddArgs): Promise<ExitCode> {
  const { clients, io, clock } = context;
  const planned = plan(args, clock.now());
  const flow = await resolveFlow(clients, args.flow);
  const version = chooseVersion(flow, args.flowVersion);
  const read = createReadValue(io);
  const trigger = await clients.triggers.createTrigger({
    workflow: { case: 'workflowSid', value: flow.sid },
    ...planned,
    inputData: await inputData({ fields: version?.inputs ?? [], pairs: args.input, json: args.json, read }),
    name: args.name ?? '',
    overlapPolicy: args.overlap === undefined ? OverlapPolicy.UNSPECIFIED : overlapFromWord(args.overlap),
    ...(args.catchUp === undefined ? {} : { catchUpWindow: readSpan(args.catchUp, '--catch-up') }),
    ...(args.jitter === undefined ? {} : { jitter: readSpan(args.jitter, '--jitter') }),
    pauseAfterFailures: args.pauseAfter ?? 0,
    versionSid: args.flowVersion === undefined ? '' : (version?.sid ?? ''),
    enabled: args.paused !== true,
  });
  return tellTrigger(context, trigger);
}

function plan(args: TriggerAddArgs, now: number): { kind: TriggerKind; spec: string } {
  const { cron, at, zone } = args;
  const due = args.dueAtInput === undefined ? {} : { due_at_input: args.dueAtInput };
  if ((cron === undefined) === (at === undefined))
    throw new UsageError('say when: either --cron EXPRESSION or --at TIME');
  if (cron !== undefined) {
    return { kind: TriggerKind.CRON, spec: JSON.stringify({ cron, time_zone: zone ?? 'UTC', ...due }) };
  }
  if (zone !== undefined) throw new UsageError('--zone: is only for --cron; a time carries its zone');
  return { kind: TriggerKind.ONCE, spec: JSON.stringify({ at: readTime(at ?? '', '--at', now), ...due }) };
}

export interface TriggerBackfillArgs {
  readonly triggerSid: string;
  readonly from: string;
  readonly to: string;
  readonly overlap?: OverlapWord;
}

export async function triggerBackfill(
  { clients, io, json, clock }: Context,
  args: TriggerBackfillArgs,
): Promise<ExitCode> {
  const { due, queued, already } = await clients.triggers.backfillTrigger({
    triggerSid: args.triggerSid,
    from: timeToPb(readTime(args.from, '--from', clock.now())),
    to: timeToPb(readTime(args.to, '--to', clock.now())),
    overlapPolicy: args.overlap === undefined ? OverlapPolicy.UNSPECIFIED : overlapFromWord(args.overlap),
  });
  const text = `${due} due: ${queued} to be started, ${already} had a play before`;
  io.out(json ? `${JSON.stringify({ due, queued, already })}\n` : `${text}\n`);
  return 0;
}
