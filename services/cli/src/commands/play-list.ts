// play list: the latest plays, newest first.

import { timeFromPb } from '@hero-logic/platform/client';
import { type Play, PlaySchema } from '@hero-logic/proto/herologic/scheduler/v1/play_pb';
import type { Context } from '../core/context.ts';
import { EXIT, type ExitCode } from '../core/exit-codes.ts';
import { resolveFlow } from '../core/resolve-flow.ts';
import { toJson } from '../core/to-json.ts';
import { whichPlay } from '../core/which-play.ts';
import { playStatusFromWord, playStatusWord } from '../core/words.ts';
import { ago, duration } from '../text/duration.ts';
import { statusLook } from '../text/style.ts';
import { tableLines } from '../text/table.ts';

const PAGE = 1000;

export interface PlayListArgs {
  /** Words of a filter (docs/filters.md). */
  readonly filter?: readonly string[];
  readonly flow?: string;
  readonly status?: readonly string[];
  /** Only plays that this one has spawned. */
  readonly parent?: string;
  readonly limit: number;
}

export async function playList(context: Context, args: PlayListArgs): Promise<ExitCode> {
  const { io, clients, clock } = context;
  const status = (args.status ?? [])
    .flatMap((words) => words.split(','))
    .map((word) => playStatusFromWord(word.trim()));
  const workflowSid = args.flow === undefined ? '' : (await resolveFlow(clients, args.flow)).sid;
  const parentPlaySid = args.parent === undefined ? '' : await whichPlay(context, args.parent);
  const filter = (args.filter ?? []).join(' ');
  const plays: Play[] = [];
  let pageToken = '';
  do {
    const pageSize = Math.min(PAGE, args.limit - plays.length);
    const page = await clients.plays.listPlays({ workflowSid, status, parentPlaySid, filter, pageSize, pageToken });
    plays.push(...page.plays);
    pageToken = page.nextPageToken;
  } while (pageToken !== '' && plays.length < args.limit);
  if (context.json) {
    io.out(`${JSON.stringify({ plays: plays.map((p) => toJson(PlaySchema, p)), next_page_token: pageToken })}\n`);
    return EXIT.ok;
  }
  const rows = plays.map((p) => [
    p.sid,
    `${statusLook(playStatusWord(p.status)).icon} ${playStatusWord(p.status)}${p.hold === undefined ? '' : ' (held)'}`,
    p.workflowName,
    ago(clock.now() - (timeFromPb(p.createdAt) ?? clock.now())),
    duration(Number(p.durationMs)),
    p.name === p.workflowName ? '' : p.name,
  ]);
  const head = ['PLAY', 'STATUS', 'FLOW', 'STARTED', 'RAN', 'NAME'];
  if (rows.length > 0) io.out(`${tableLines({ head, rows, io }).join('\n')}\n`);
  else
    io.err(status.length + workflowSid.length + filter.length > 0 ? 'No play matches.\n' : 'There are no plays yet.\n');
  if (pageToken !== '' && io.outIsTerminal) io.err(`The latest ${plays.length}; --limit shows more.\n`);
  return EXIT.ok;
}
