// play start FLOW: starts a play with typed inputs; prints its sid, or waits for the end, or watches.

import { documentProblem, timeToPb } from '@hero-logic/platform/client';
import { ConcurrencyPolicy, PlaySchema } from '@hero-logic/proto/herologic/scheduler/v1/play_pb';
import type { Context } from '../core/context.ts';
import { EXIT, type ExitCode } from '../core/exit-codes.ts';
import { resolveExamples } from '../core/resolve-example.ts';
import { chooseVersion, resolveFlow } from '../core/resolve-flow.ts';
import { settlePlay } from '../core/settle-play.ts';
import { toJson } from '../core/to-json.ts';
import { UsageError } from '../core/usage-error.ts';
import { readTime } from '../input/read-time.ts';
import { createReadValue } from '../input/read-value.ts';
import { inputData } from '../input/typed-inputs.ts';
import { playWatch } from './play-watch.ts';

const POLICIES = {
  queue: ConcurrencyPolicy.QUEUE,
  cancel_oldest: ConcurrencyPolicy.CANCEL_OLDEST,
  reject_newest: ConcurrencyPolicy.REJECT_NEWEST,
} as const;

/** The server chooses, from what benchmarks have shown. */
const AUTO = 'auto';

export interface PlayStartArgs {
  readonly flow: string;
  readonly input: readonly string[];
  readonly json?: string;
  readonly example?: string;
  readonly prefill?: string;
  readonly name?: string;
  readonly idempotencyKey?: string;
  readonly priority?: number;
  readonly concurrencyKey?: string;
  readonly concurrencyLimit?: number;
  readonly onConflict?: keyof typeof POLICIES;
  /** A number, a sid, or AUTO. */
  readonly flowVersion?: string;
  readonly request?: string;
  readonly cost?: number;
  readonly speed?: number;
  readonly accuracy?: number;
  readonly startAt?: string;
  readonly wait?: boolean;
  readonly watch?: boolean;
}

export async function playStart(context: Context, args: PlayStartArgs): Promise<ExitCode> {
  const { clients, io } = context;
  const read = createReadValue(io);
  const flow = await resolveFlow(clients, args.flow);
  const version = chooseVersion(flow, args.flowVersion === AUTO ? undefined : args.flowVersion);
  const input = await inputData({ fields: version?.inputs ?? [], pairs: args.input, json: args.json, read });
  const prefill = args.prefill === undefined ? '' : await read(args.prefill, '--prefill');
  const problem = prefill === '' ? undefined : documentProblem(prefill);
  if (problem !== undefined) throw new UsageError(`--prefill: ${problem}`);
  const play = await clients.plays.startPlay({
    workflow: { case: 'workflowSid', value: flow.sid },
    inputData: input,
    name: args.name ?? '',
    ...whichVersion(args, version?.sid ?? ''),
    exampleSid:
      args.example === undefined ? '' : ((await resolveExamples(clients, flow, [args.example]))[0]?.sid ?? ''),
    prefillResumesJson: prefill,
    idempotencyKey: args.idempotencyKey ?? '',
    trigger: 'cli',
    ...(args.startAt === undefined
      ? {}
      : { startAt: timeToPb(readTime(args.startAt, '--start-at', context.clock.now())) }),
    priority: args.priority ?? 0,
    concurrencyKey: args.concurrencyKey ?? '',
    concurrencyLimit: args.concurrencyLimit ?? 0,
    onConflict: POLICIES[args.onConflict ?? 'queue'],
  });
  if (args.watch) return playWatch(context, { playSid: play.sid });
  if (args.wait) return settlePlay(context, play);
  io.out(context.json ? `${JSON.stringify(toJson(PlaySchema, play))}\n` : `${play.sid}\n`);
  if (!context.json && io.outIsTerminal) io.err(`Watch it with: hero-logic play watch ${play.sid}\n`);
  return EXIT.ok;
}

function whichVersion({ flowVersion, request, cost, speed, accuracy }: PlayStartArgs, versionSid: string) {
  if (flowVersion === AUTO) {
    const preferences = { costWeight: cost ?? 0, speedWeight: speed ?? 0, accuracyWeight: accuracy ?? 0 };
    return { versionSid: AUTO, userRequest: request ?? '', preferences };
  }
  const stray = Object.entries({ request, cost, speed, accuracy }).find(([, value]) => value !== undefined);
  if (stray !== undefined) throw new UsageError(`--${stray[0]} says how a version is chosen: add --flow-version auto`);
  return { versionSid: flowVersion === undefined ? '' : versionSid };
}
