// Records that a run waits for a play of its own making, and starts that play: once for each pause, however often it is recorded.
// Its inputs are checked as those of any start. What the flow's author got wrong (no such workflow, inputs that do not fit, too many
// plays below each other) is the answer of the pause, so that the flow can deal with it, and a replay meets the same.

import {
  documentProblem,
  invalid,
  jsonObject,
  jsonType,
  type Reason,
  toHeroError,
  topics,
  waitUntil,
} from '@hero-logic/platform';
import type { CatalogVersion } from '../catalog.ts';
import { type Birth, type ChildRecorded, MAX_DEPTH, recordChild as record } from '../child.ts';
import { playNotFound } from '../errors.ts';
import { fillInputs } from '../inputs.ts';
import { requireLease } from '../lease.ts';
import type { Pause, Question } from '../pause.ts';
import { type FlowError, type Play, startersOf } from '../play.ts';
import type { NewPlay } from '../play-store.ts';
import { type CommandDeps, publishChange } from './deps.ts';
import { newPlay, PLAIN_START, requireStartable } from './start-play.ts';

export interface Spawn {
  readonly workflowName: string;
  /** Empty = the current version. */
  readonly versionSid: string;
  /** JSON text: an object of inputs, or else the single input of the flow. */
  readonly inputData: string;
  /** Empty = awaited alone. */
  readonly group: string;
  /** How many children of the group run at the same time; 0 = no bound. */
  readonly groupLimit: number;
}

export interface RecordChild {
  readonly playSid: string;
  readonly token: string;
  readonly question: Question;
  readonly spawn: Spawn;
}

async function recordChild(deps: CommandDeps, recording: RecordChild): Promise<ChildRecorded> {
  const { playSid, token, question, spawn } = recording;
  const [parent, known] = await Promise.all([deps.store.find(playSid), deps.store.findPause(playSid, question.id)]);
  if (parent === undefined) throw playNotFound(playSid);
  requireLease(parent, token);
  const birth = await birthOf(deps, parent, known, recording);
  const now = deps.clock.now();
  const recorded = await deps.store.changePause(playSid, question.id, (play, pause) =>
    record(play, pause, { token, question, group: spawn.group, birth, now }),
  );
  if (known !== undefined) return recorded;
  publishChange(deps, parent);
  if (recorded.answer === undefined) publishChange(deps, { sid: recorded.childPlaySid, status: 'pending' });
  return recorded;
}

/** Nothing for a child that is there; one whose adding was cut short is made again, with the sid that was chosen for it. */
async function birthOf(
  deps: CommandDeps,
  parent: Play,
  known: Pause | undefined,
  recording: RecordChild,
): Promise<Birth | undefined> {
  const sid = known?.child?.playSid ?? deps.newSid();
  if (known !== undefined && (known.state !== 'open' || (await deps.store.find(sid)) !== undefined)) return undefined;
  if (parent.depth >= MAX_DEPTH) return { failure: tooDeep(parent.depth) };
  try {
    return { child: await childOf(deps, parent, recording, sid) };
  } catch (error) {
    const problem = toHeroError(error);
    if (!FLOWS_FAULT.includes(problem.reason)) throw problem;
    return { failure: { type: problem.reason, message: problem.message, traceback: '' } };
  }
}

async function childOf(deps: CommandDeps, parent: Play, recording: RecordChild, sid: string): Promise<NewPlay> {
  const { question, spawn } = recording;
  const start = {
    ...PLAIN_START,
    workflowName: spawn.workflowName,
    namespace: parent.namespace,
    versionSid: spawn.versionSid,
    inputData: spawn.inputData,
  };
  const version = await deps.catalog.resolve(start);
  requireStartable(version);
  const { inputData } = fillInputs(
    version.inputs,
    { inputData: namedInput(version, spawn.inputData), example: '{}' },
    deps.schemas,
  );
  const made = {
    sid,
    now: deps.clock.now(),
    inputBytes: Buffer.byteLength(inputData),
    prefillOnly: false,
    warnings: [],
  };
  const bounded = spawn.group !== '' && spawn.groupLimit > 0;
  const play: Play = {
    ...newPlay({ ...start, parentSpanId: question.spanId, trigger: `play ${parent.sid}` }, version, made),
    priority: parent.priority,
    ...startersOf(parent.starters, ''),
    parentPlaySid: parent.sid,
    parentResumeId: question.id,
    rootPlaySid: parent.rootPlaySid,
    depth: parent.depth + 1,
    concurrencyKey: bounded ? `group:${parent.sid}:${spawn.group}` : '',
    concurrencyLimit: bounded ? spawn.groupLimit : 0,
  };
  return { play, inputData, prefill: [] };
}

/** What is no object is the value of the only input: items of a fan-out need not know its name. */
function namedInput(version: CatalogVersion, inputData: string): string {
  if (inputData === '' || documentProblem(inputData) !== undefined || jsonType(inputData) === 'object')
    return inputData;
  const [only, ...others] = version.inputs;
  if (only !== undefined && others.length === 0) return jsonObject([[only.name, inputData]]);
  const many = `flow ${version.workflowName} has ${version.inputs.length} inputs; give it an object of them`;
  throw invalid([{ field: 'input_data', description: many }], 'INVALID_INPUT');
}

/** Anything else (the registry is away, for example) is worth another try. */
const FLOWS_FAULT: readonly Reason[] = [
  'INVALID_ARGUMENT',
  'INVALID_INPUT',
  'WORKFLOW_NOT_FOUND',
  'VERSION_NOT_FOUND',
  'WORKFLOW_HAS_NO_VERSION',
  'WORKFLOW_ARCHIVED',
  'TOO_LARGE',
];

function tooDeep(depth: number): FlowError {
  const message = `this play is ${depth} plays below the one that was started from outside, and no more may follow; a flow that spawns itself needs an end`;
  return { type: 'TooDeep', message, traceback: '' };
}

/** A child of some milliseconds is worth a moment: its parent need not leave and come back for it. */
const LINGER_MS = 50;

/** As `recordChild`; for a child that is awaited alone the reply waits a moment for its end. */
export async function recordChildAndLinger(
  deps: CommandDeps,
  recording: RecordChild,
  abort: AbortSignal,
): Promise<ChildRecorded> {
  const recorded = await recordChild(deps, recording);
  const { playSid, question, spawn } = recording;
  if (recorded.answer !== undefined || spawn.group !== '') return recorded;
  const ended = await waitUntil({
    signals: deps.signals,
    topics: [topics.play(playSid)],
    timeoutMs: LINGER_MS,
    abort,
    check: async () => ((await deps.store.findPause(playSid, question.id))?.state === 'open' ? undefined : true),
  });
  return ended === true ? recordChild(deps, recording) : recorded;
}
