// play fork SID: a new play that keeps what the original had before a span, with what is changed; prints its sid, or waits, or watches.

import { documentProblem } from '@hero-logic/platform/client';
import { type Play, PlaySchema } from '@hero-logic/proto/herologic/scheduler/v1/play_pb';
import type { Context } from '../core/context.ts';
import { EXIT, type ExitCode } from '../core/exit-codes.ts';
import { chooseVersion } from '../core/resolve-flow.ts';
import { settlePlay } from '../core/settle-play.ts';
import { toJson } from '../core/to-json.ts';
import { UsageError } from '../core/usage-error.ts';
import { whichSpan } from '../core/which-span.ts';
import { createReadValue, type ReadValue } from '../input/read-value.ts';
import { inputData } from '../input/typed-inputs.ts';
import { playWatch } from './play-watch.ts';

export interface PlayForkArgs {
  readonly playSid: string;
  readonly from?: string;
  readonly input: readonly string[];
  readonly json?: string;
  readonly flowVersion?: string;
  readonly drop: readonly string[];
  readonly setOutput: readonly string[];
  readonly name?: string;
  readonly wait?: boolean;
  readonly watch?: boolean;
}

export async function playFork(context: Context, args: PlayForkArgs): Promise<ExitCode> {
  const { clients, io } = context;
  const read = createReadValue(io);
  const original = await clients.plays.getPlay({ playSid: args.playSid, withSpans: false });
  const versionSid = await versionOf(context, original, args.flowVersion);
  const play = await clients.plays.forkPlay({
    playSid: original.sid,
    fromSpanId: args.from === undefined ? '' : await whichSpan(context, original.sid, args.from),
    inputData: await inputOf(context, original, args, versionSid, read),
    versionSid,
    dropResumes: [...args.drop],
    setOutputs: await outputsOf(context, original.sid, args.setOutput, read),
    name: args.name ?? '',
  });
  if (args.watch) return playWatch(context, { playSid: play.sid });
  if (args.wait) return settlePlay(context, play);
  io.out(context.json ? `${JSON.stringify(toJson(PlaySchema, play))}\n` : `${play.sid}\n`);
  if (!context.json && io.outIsTerminal) io.err(`Watch it with: hero-logic play watch ${play.sid}\n`);
  return EXIT.ok;
}

/** The sid of the version that was asked for; empty without a wish. */
export async function versionOf({ clients }: Context, play: Play, wish: string | undefined): Promise<string> {
  if (wish === undefined) return '';
  const flow = await clients.workflows.getWorkflow({ workflow: { case: 'workflowSid', value: play.workflowSid } });
  return chooseVersion(flow, wish)?.sid ?? '';
}

/** Single inputs change those of the original; a whole object replaces them. */
async function inputOf(
  { clients }: Context,
  original: Play,
  { input, json }: PlayForkArgs,
  versionSid: string,
  read: ReadValue,
): Promise<string> {
  if (input.length === 0) return inputData({ fields: [], pairs: [], json, read });
  const sid = versionSid || original.workflowVersionSid;
  const { inputs } = await clients.workflows.getVersion({ versionSid: sid });
  return inputData({ fields: inputs, pairs: input, json: json ?? original.inputData, read });
}

async function outputsOf(
  context: Context,
  playSid: string,
  pairs: readonly string[],
  read: ReadValue,
): Promise<Record<string, string>> {
  const outputs: Record<string, string> = {};
  for (const pair of pairs) {
    const at = pair.indexOf('=');
    if (at <= 0) throw new UsageError(`--set-output ${pair}: write it as span=JSON`);
    const called = pair.slice(0, at);
    const text = await read(pair.slice(at + 1), `--set-output ${called}`);
    const problem = text.trim() === '' ? 'is empty; write JSON' : documentProblem(text);
    if (problem !== undefined) throw new UsageError(`--set-output ${called}: ${problem}`);
    outputs[await whichSpan(context, playSid, called)] = text;
  }
  return outputs;
}
