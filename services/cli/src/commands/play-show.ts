// play show SID: how a play stands, what it was given and gave; --spans adds its tree.

import { timeFromPb } from '@hero-logic/platform/client';
import { type Play, type PlayHold, PlaySchema } from '@hero-logic/proto/herologic/scheduler/v1/play_pb';
import type { Context } from '../core/context.ts';
import { EXIT, type ExitCode } from '../core/exit-codes.ts';
import { documentText, openQuestionLines } from '../core/report-play.ts';
import { toJson } from '../core/to-json.ts';
import { playStatusWord } from '../core/words.ts';
import { duration } from '../text/duration.ts';
import { createPaint, statusLook } from '../text/style.ts';
import { clean, cleanLines } from '../text/width.ts';
import { spanView } from '../watch/play-view.ts';
import { rowLine } from '../watch/tree-lines.ts';
import { treeRows } from '../watch/tree-rows.ts';
import { figure } from './bench-show.ts';

export interface PlayShowArgs {
  readonly playSid: string;
  readonly spans?: boolean;
}

export async function playShow(context: Context, args: PlayShowArgs): Promise<ExitCode> {
  const { io, clients } = context;
  const play = await clients.plays.getPlay({ playSid: args.playSid, withSpans: args.spans === true });
  if (context.json) io.out(`${JSON.stringify(toJson(PlaySchema, play))}\n`);
  else {
    const lines = [...playLines(play, io.outIsTerminal), ...(args.spans ? spanLines(context, play) : [])];
    io.out(`${lines.join('\n')}\n`);
  }
  return EXIT.ok;
}

const SHOWN_CHILDREN = 5;
/** Characters of an input on a terminal: a log or a document would push everything else out of it. */
const SHOWN_INPUT = 1000;

function playLines(play: Play, forTerminal: boolean): string[] {
  const word = playStatusWord(play.status);
  const lines = [
    `play      ${play.sid}`,
    `status    ${statusLook(word).icon} ${word}`,
    `flow      ${clean(play.workflowName)}${play.versionNumber > 0 ? ` v${play.versionNumber}` : ''}`,
  ];
  const add = (label: string, value: string) => {
    if (value !== '') lines.push(`${label.padEnd(9)} ${value}`);
  };
  add('chosen', choiceOf(play.versionChoice));
  add('name', play.name === play.workflowName ? '' : clean(play.name));
  if (play.hold !== undefined) add('held', heldLine(play.hold));
  add('parent', play.parentPlaySid);
  add('fork of', play.forkedFrom?.playSid ?? '');
  add('started', isoTime(timeFromPb(play.createdAt)));
  add('ended', isoTime(timeFromPb(play.completedAt)));
  add('ran', duration(Number(play.durationMs)));
  add('waited', play.waitingMs > 0n ? duration(Number(play.waitingMs)) : '');
  add('cost', play.totalCostUsd === undefined ? '' : `$${play.totalCostUsd}`);
  add('spans', String(play.spanCount));
  add('input', inputText(forTerminal, play.inputData));
  add('output', documentText(forTerminal, play.outputData));
  for (const warning of play.warnings) add('warning', clean(warning));
  if (play.error !== undefined) {
    add('error', `${play.error.type === '' ? '' : `${clean(play.error.type)}: `}${clean(play.error.message)}`);
    if (play.error.traceback !== '') {
      lines.push(...cleanLines(play.error.traceback.trimEnd()).map((line) => `          ${line}`));
    }
  }
  const children = play.waitingFor.filter((wait) => wait.playSid !== '');
  for (const { playSid } of children.slice(0, SHOWN_CHILDREN)) add('waits for', `play ${playSid}`);
  if (children.length > SHOWN_CHILDREN) {
    add('', `and more: hero-logic play list --parent ${play.sid}`);
  }
  for (const wait of play.waitingFor) {
    if (wait.playSid === '' && wait.until !== undefined) add('waits', `until ${isoTime(timeFromPb(wait.until))}`);
  }
  return [...lines, ...openQuestionLines(play)];
}

function inputText(forTerminal: boolean, input: string): string {
  const shown = forTerminal && input.length > SHOWN_INPUT ? input.slice(0, SHOWN_INPUT) : input;
  const rest = input.length - shown.length;
  return (
    documentText(forTerminal, shown) +
    (rest === 0 ? '' : `… and ${rest.toLocaleString('en-US')} more characters; -o json has all`)
  );
}

/** Why this version, where one was chosen for the play. */
function choiceOf(recorded: string): string {
  if (recorded === '') return '';
  const { reasoning, confidence } = JSON.parse(recorded) as { reasoning?: string; confidence?: number };
  return `${clean(reasoning ?? '')} Confidence: ${figure(confidence ?? 0)}.`.trim();
}

function spanLines({ io, clock }: Context, play: Play): string[] {
  const paint = createPaint(io.color);
  const columns = io.outIsTerminal ? io.columns() : Number.MAX_SAFE_INTEGER;
  const rows = treeRows(play.spans.map(spanView));
  const lines = ['', ...rows.map((row) => rowLine(row, { columns, now: clock.now(), paint }))];
  if (play.spansOmitted > 0n)
    lines.push(`… ${play.spansOmitted} more spans are not shown; failed and waiting ones are`);
  return lines;
}

function heldLine({ at, by, reason }: PlayHold): string {
  const who = by === '' ? '' : ` by ${clean(by)}`;
  return `since ${isoTime(timeFromPb(at))}${who}${reason === '' ? '' : `: ${clean(reason)}`}`;
}

function isoTime(ms: number | undefined): string {
  return ms === undefined ? '' : new Date(ms).toISOString();
}
