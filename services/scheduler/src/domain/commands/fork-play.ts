// Forks a play: the executor copies the record first, then the new play is added with its answers in one transaction. A crash
// in between leaves a copy that no play leads to, and no play without its record. The original is only read.

import { documentProblem, HeroError, invalid, topics } from '@hero-logic/platform';
import type { CatalogVersion } from '../catalog.ts';
import { playNotFound, playRemoved } from '../errors.ts';
import { answersBefore, forkOf, pauseOf, withoutDropped } from '../fork.ts';
import { fillInputs } from '../inputs.ts';
import type { Pause } from '../pause.ts';
import type { Play } from '../play.ts';
import type { CopiedRecord, RecordCopy } from '../replays.ts';
import { type CommandDeps, publishChange } from './deps.ts';

export interface ForkPlay {
  readonly playSid: string;
  /** Empty = nothing is kept. */
  readonly fromSpanId: string;
  /** Empty = the original's, as it is. */
  readonly inputData: string;
  readonly versionSid: string;
  readonly dropResumes: readonly string[];
  readonly setOutputs: Readonly<Record<string, string>>;
  readonly name: string;
  /** Who forks it; empty = it is not known. */
  readonly by: string;
  /** Of the new play; absent = a new one. Again with the same one adds nothing. */
  readonly sid?: string;
}

/** The new play. PLAY_NOT_FOUND, SPAN_NOT_FOUND, VERSION_NOT_FOUND, WORKFLOW_ARCHIVED, INVALID_INPUT, INVALID_ARGUMENT. */
export async function forkPlay(deps: CommandDeps, fork: ForkPlay): Promise<Play> {
  const original = await deps.store.find(fork.playSid);
  if (original === undefined) throw playNotFound(fork.playSid);
  checkOutputs(fork);
  if (original.importedFrom !== undefined && fork.fromSpanId !== '') throw invalid([IMPORTED]);
  const version = await versionOf(deps, original, fork.versionSid);
  const inputData = await inputOf(deps, fork, version);
  const sid = fork.sid ?? deps.newSid();
  const { answers, spans } = await takeOver(deps, original, fork, { sid, versionSid: version.versionSid });
  const play = forkOf(original, {
    ...{ sid, spanId: fork.fromSpanId, name: fork.name, workflowName: version.workflowName, answers, by: fork.by },
    ...{ version: { sid: version.versionSid, number: version.versionNumber, limits: version.limits } },
    ...{ inputBytes: Buffer.byteLength(inputData), spanCount: spans, now: deps.clock.now() },
  });
  // What is being removed may have gone while it was copied.
  const going = await deps.removals.find(original.sid);
  if (going !== undefined) throw playRemoved(original.sid, going.by, going.removedAt);
  const pauses = answers.map((pause, index) => pauseOf(sid, pause, index));
  const adding = deps.store.add({ play, inputData, prefill: [], pauses });
  deps.signals.publish(topics.playsReady);
  const { play: added } = await adding;
  publishChange(deps, added);
  return added;
}

const IMPORTED = {
  field: 'from_span_id',
  description:
    'the play was imported, and its record fits only the version that it ran on; leave it out to run everything again',
};

function checkOutputs({ setOutputs, fromSpanId }: ForkPlay): void {
  const violations = Object.entries(setOutputs).flatMap(([spanId, text]) => {
    const nothing = fromSpanId === '' ? 'is not kept: without from_span_id everything runs again' : undefined;
    const description = nothing ?? documentProblem(text);
    return description === undefined ? [] : [{ field: `set_outputs[${spanId}]`, description }];
  });
  if (violations.length > 0) throw invalid(violations);
}

async function versionOf(deps: CommandDeps, original: Play, versionSid: string): Promise<CatalogVersion> {
  const { workflowSid } = original;
  const wanted = versionSid || original.versionSid;
  const version = await deps.catalog.resolve({ workflowSid, workflowName: '', versionSid: wanted });
  if (!version.archived) return version;
  throw new HeroError('WORKFLOW_ARCHIVED', `workflow ${version.workflowName} is archived and starts nothing`, {
    metadata: { workflow_sid: workflowSid },
  });
}

async function inputOf(deps: CommandDeps, { inputData, playSid }: ForkPlay, version: CatalogVersion): Promise<string> {
  if (inputData === '') return deps.store.inputData(playSid);
  return fillInputs(version.inputs, { inputData, example: '{}' }, deps.schemas).inputData;
}

interface Taken {
  readonly answers: readonly Pause[];
  readonly spans: number;
}

/** Copies the record, and gives the answers that go with it. */
async function takeOver(
  deps: CommandDeps,
  original: Play,
  fork: ForkPlay,
  target: { readonly sid: string; readonly versionSid: string },
): Promise<Taken> {
  if (fork.fromSpanId === '') return { answers: answersOf([], fork), spans: 0 };
  const answered = await deps.store.listAnswered(original.sid);
  const { inputData, setOutputs, dropResumes } = fork;
  const copy: RecordCopy = {
    ...{ fromPlaySid: original.sid, toPlaySid: target.sid, fromSpanId: fork.fromSpanId },
    ...{ versionSid: target.versionSid, setOutputs, checkOnly: false },
    edited: inputData !== '' || dropResumes.length > 0 || Object.keys(setOutputs).length > 0,
    askingSpanIds: [...new Set(answered.map(({ spanId }) => spanId))],
  };
  const keep = (copied: CopiedRecord) => answersOf(answersBefore(answered, copied), fork);
  // A name that names nothing must be found before anything is copied.
  if (dropResumes.length > 0) keep(await deps.replays.copy({ ...copy, checkOnly: true }));
  const copied = await deps.replays.copy(copy);
  return { answers: keep(copied), spans: copied.spans };
}

/** INVALID_ARGUMENT naming `drop_resumes[INDEX]`. */
function answersOf(answers: readonly Pause[], { dropResumes }: ForkPlay): readonly Pause[] {
  const { kept, violations } = withoutDropped(answers, dropResumes);
  if (violations.length > 0) throw invalid(violations);
  return kept;
}
