// play import FILE: a play that ended elsewhere, from the file or page that "play export" wrote, beside the plays of its flow here.

import { PlaySchema } from '@hero-logic/proto/herologic/scheduler/v1/play_pb';
import type { Context } from '../core/context.ts';
import { EXIT, type ExitCode } from '../core/exit-codes.ts';
import { toJson } from '../core/to-json.ts';
import { UsageError } from '../core/usage-error.ts';
import { playStatusWord } from '../core/words.ts';
import { readRecorded } from '../export/read-recorded.ts';
import { sha256 } from '../export/recorded-play.ts';
import { putFlow } from '../flows/put-flow.ts';
import { clean } from '../text/width.ts';

export interface PlayImportArgs {
  readonly file: string;
  /** The flow that it belongs to here; left out = the one of the same name. */
  readonly flow?: string;
}

export async function playImport({ clients, io, json }: Context, args: PlayImportArgs): Promise<ExitCode> {
  const recorded = readRecorded(args.file);
  if (recorded.view === undefined) {
    throw new UsageError(`${args.file} was not exported from a server; only such files can be imported`);
  }
  if (recorded.source_sha256 !== sha256(recorded.source)) {
    throw new UsageError(
      `${args.file} was changed: its source is not the one of its source_sha256; export the play anew`,
    );
  }
  const { workflowName = '' } = recorded.view.play as { workflowName?: string };
  // The source that ran becomes a version here, so that steps show their lines; what is current stays so.
  const { workflow, version, change } = await putFlow({
    client: clients.workflows,
    name: args.flow ?? workflowName,
    source: recorded.source,
    setCurrent: false,
  });
  const play = await clients.plays.importPlay({
    workflowSid: workflow.sid,
    versionSid: version.sid,
    recordedJson: JSON.stringify(recorded),
  });
  if (json) io.out(`${JSON.stringify(toJson(PlaySchema, play))}\n`);
  else {
    // One that is there already stays with the version that it came with.
    const made = change === 'unchanged' ? '' : ` (${change === 'created' ? 'created' : `v${version.number} added`})`;
    const flow = `${clean(workflow.name)} v${play.versionNumber}${made}`;
    io.out(`${play.sid}  ${playStatusWord(play.status)}, ${flow}, imported from ${play.importedFrom?.playSid}\n`);
  }
  return EXIT.ok;
}
