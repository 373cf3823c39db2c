// Takes in a play that has ended elsewhere. Its record is written first, then the play with its answers: a crash in between leaves a record
// that no play leads to, and no play without its record. Its sid follows from the original's, so again changes nothing.

import { playRemoved } from '../errors.ts';
import { importedPlay, importedSid, type RecordedPlay } from '../imported.ts';
import type { Play } from '../play.ts';
import { type CommandDeps, publishChange } from './deps.ts';

export interface ImportPlay {
  readonly workflowSid: string;
  /** Empty = the current one. */
  readonly versionSid: string;
  readonly recorded: RecordedPlay;
  readonly by: string;
  /** Keeps steps, spans and lines of the play with this sid. */
  readonly writeRecord: (playSid: string) => Promise<void>;
}

/** The play, also where it was imported before. WORKFLOW_NOT_FOUND, VERSION_NOT_FOUND, PLAY_REMOVED: retention or somebody took it away. */
export async function importPlay(deps: CommandDeps, request: ImportPlay): Promise<Play> {
  const { workflowSid, versionSid, recorded, by, writeRecord } = request;
  const version = await deps.catalog.resolve({ workflowSid, workflowName: '', versionSid });
  const sid = importedSid(version.workflowSid, recorded);
  const there = await deps.store.find(sid);
  if (there !== undefined) return there;
  const gone = await deps.removals.find(sid);
  if (gone !== undefined) throw playRemoved(sid, gone.by, gone.removedAt);
  await writeRecord(sid);
  const play = importedPlay(recorded, version, { by, now: deps.clock.now() });
  const { inputData, outputData, answers } = recorded;
  const pauses = answers.map((pause, index) => ({ ...pause, playSid: sid, answerSeq: index }));
  const added = await deps.store.add({ play, inputData, outputData, prefill: [], pauses });
  publishChange(deps, added.play);
  return added.play;
}
