// How a play stands, told at the end of a command: its output on stdout, everything else on stderr, and the exit code.

import type { Play } from '@hero-logic/proto/herologic/scheduler/v1/play_pb';
import { PlaySchema } from '@hero-logic/proto/herologic/scheduler/v1/play_pb';
import { formOf, wordsOf } from '../question/question-form.ts';
import { duration } from '../text/duration.ts';
import { createPaint, statusLook } from '../text/style.ts';
import { clean, cleanLines } from '../text/width.ts';
import type { Context } from './context.ts';
import { EXIT, type ExitCode } from './exit-codes.ts';
import { toJson } from './to-json.ts';
import { exitCodeOfPlay, playStatusWord } from './words.ts';

export function reportPlay(context: Context, play: Play): ExitCode {
  const { io } = context;
  if (context.json) io.out(`${JSON.stringify(toJson(PlaySchema, play))}\n`);
  else {
    const look = statusLook(playStatusWord(play.status));
    const paint = createPaint(io.color);
    io.err(
      `${paint(look.tone, `${look.icon} ${playStatusWord(play.status)}`)}  ${play.sid}  ${duration(Number(play.durationMs))}\n`,
    );
    for (const line of troubleLines(play)) io.err(`${line}\n`);
    if (play.outputData !== '') io.out(`${io.outIsTerminal ? forPeople(play.outputData) : play.outputData}\n`);
  }
  return exitCodeOfPlay(play);
}

function troubleLines(play: Play): string[] {
  const lines = play.warnings.map((w) => `warning: ${clean(w)}`);
  if (play.error !== undefined) {
    const { type, message, traceback } = play.error;
    const [head = '', ...more] = cleanLines(message);
    lines.push(`error: ${type === '' ? '' : `${clean(type)}: `}${head}`, ...more);
    if (traceback !== '') lines.push(...cleanLines(traceback.trimEnd()).map((line) => `  ${line}`));
  }
  return [...lines, ...openQuestionLines(play)];
}

/** The open questions of a play, each with the command that answers it. */
export function openQuestionLines(play: Play): string[] {
  return play.pendingResumes.flatMap((question) => {
    const [head = '', ...more] = cleanLines(wordsOf(question));
    const options = formOf(question).options.map((o) => clean(o.label));
    const choices = options.length === 0 ? '' : ` (${options.join(', ')})`;
    const which = play.pendingResumes.length === 1 ? '' : ` ${question.id}`;
    return [`? ${head}${choices}`, ...more.map((m) => `  ${m}`), `  hero-logic play answer ${play.sid}${which} VALUE`];
  });
}

/** Ctrl-C: the play goes on, and this is how to come back. */
export function leave(context: Context, playSid: string): ExitCode {
  context.io.err(`The play goes on. Come back with: hero-logic play watch ${playSid}\n`);
  return EXIT.interrupted;
}

/** An output for a terminal: where it is one text, or one text and nothing else under a name, that text. */
function forPeople(document: string): string {
  const value: unknown = JSON.parse(document);
  const only =
    typeof value === 'object' && value !== null && Object.keys(value).length === 1 ? Object.values(value)[0] : value;
  return documentText(true, typeof only === 'string' ? only : document);
}

/** A document as it is stored; on a terminal with control characters made visible. */
export function documentText(forTerminal: boolean, text: string): string {
  return forTerminal ? cleanLines(text).join('\n') : text;
}
