// play export SID: a play as a file that the Python test helpers replay against another source or SDK (docs/recorded-plays.md).

import { writeFileSync } from 'node:fs';
import type { Context } from '../core/context.ts';
import { EXIT, type ExitCode } from '../core/exit-codes.ts';
import { UsageError } from '../core/usage-error.ts';
import { recordPlay } from '../export/record-play.ts';
import type { RecordedPlay } from '../export/recorded-play.ts';

export interface PlayExportArgs {
  readonly playSid: string;
  readonly out?: string;
  /** A page for people instead, without secrets. */
  readonly html?: string;
  /** With html: further names whose values are taken out. */
  readonly redact?: readonly string[];
}

export async function playExport(context: Context, args: PlayExportArgs): Promise<ExitCode> {
  const { io } = context;
  if (args.redact !== undefined && args.html === undefined) throw new UsageError('--redact goes with --html');
  const recorded = await recordPlay(context, args.playSid);
  if (args.html !== undefined) return exportPage(context, args, recorded);
  const text = `${JSON.stringify(recorded, null, 1)}\n`;
  if (args.out === undefined || args.out === '-') io.out(text);
  else {
    write(args.out, text);
    io.err(`${args.out}: ${recorded.steps.length} steps, ${recorded.answers.length} answers\n`);
  }
  return EXIT.ok;
}

async function exportPage(
  { io }: Context,
  { html = '', redact = [] }: PlayExportArgs,
  recorded: RecordedPlay,
): Promise<ExitCode> {
  const { playPage, redactRecorded, rulesOf } = await import('../export/index.ts');
  const page = playPage(redactRecorded(recorded, rulesOf(redact)));
  if (html === '-') io.out(page);
  else {
    write(html, page);
    io.err(`${html}: ${recorded.spans.length} spans; look through it before you share it\n`);
  }
  return EXIT.ok;
}

function write(file: string, text: string): void {
  try {
    writeFileSync(file, text);
  } catch (error) {
    throw new UsageError(`${file} cannot be written: ${(error as NodeJS.ErrnoException).code ?? error}`);
  }
}
