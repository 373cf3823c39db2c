// Replays what a play has recorded against a version, without running a step. Changes nothing.

import { playNotFound } from '../errors.ts';
import { toAnswer } from '../pause.ts';
import type { ReplayFinding } from '../replays.ts';
import type { CommandDeps } from './deps.ts';

/** PLAY_NOT_FOUND, VERSION_NOT_FOUND. */
export async function checkReplay(
  deps: CommandDeps,
  playSid: string,
  versionSid: string,
  abort: AbortSignal,
): Promise<ReplayFinding> {
  const play = await deps.store.find(playSid);
  if (play === undefined) throw playNotFound(playSid);
  const { workflowSid } = play;
  const version = await deps.catalog.resolve({
    workflowSid,
    workflowName: '',
    versionSid: versionSid || play.versionSid,
  });
  const [inputData, answered] = await Promise.all([deps.store.inputData(playSid), deps.store.listAnswered(playSid)]);
  const replay = {
    ...{ playSid, inputData, workflowName: version.workflowName, answers: answered.map(toAnswer) },
    ...{ recordedVersionSid: play.importedFrom?.versionSid ?? play.versionSid, versionSid: version.versionSid },
  };
  return deps.replays.dryReplay(replay, abort);
}
