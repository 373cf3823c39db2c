// errors: failures that many plays have in common.

import { timeFromPb } from '@hero-logic/platform/client';
import {
  type ErrorGroup,
  ErrorGroupSchema,
  ErrorGroupState,
} from '@hero-logic/proto/herologic/scheduler/v1/error_group_pb';
import type { Context } from '../core/context.ts';
import { EXIT, type ExitCode } from '../core/exit-codes.ts';
import { resolveFlow } from '../core/resolve-flow.ts';
import { toJson } from '../core/to-json.ts';
import { ago } from '../text/duration.ts';
import { tableLines } from '../text/table.ts';

export interface ErrorListArgs {
  readonly flow?: string;
  readonly state: 'open' | 'resolved' | 'ignored' | 'all';
  readonly limit: number;
}

const STATES = {
  open: ErrorGroupState.OPEN,
  resolved: ErrorGroupState.RESOLVED,
  ignored: ErrorGroupState.IGNORED,
  all: ErrorGroupState.UNSPECIFIED,
} as const;

export async function errorList(context: Context, args: ErrorListArgs): Promise<ExitCode> {
  const { clients, io, json, clock } = context;
  const workflowSid = args.flow === undefined ? '' : (await resolveFlow(clients, args.flow)).sid;
  const groups: ErrorGroup[] = [];
  let pageToken = '';
  do {
    const pageSize = Math.min(200, args.limit - groups.length);
    const page = await clients.errorGroups.listErrorGroups({
      workflowSid,
      state: STATES[args.state],
      pageSize,
      pageToken,
    });
    groups.push(...page.groups);
    pageToken = page.nextPageToken;
  } while (pageToken !== '' && groups.length < args.limit);
  if (json) {
    io.out(
      `${JSON.stringify({ groups: groups.map((one) => toJson(ErrorGroupSchema, one)), next_page_token: pageToken })}\n`,
    );
    return EXIT.ok;
  }
  const rows = groups.map((group) => [
    group.fingerprint,
    stateWord(group),
    String(group.count),
    ago(clock.now() - (timeFromPb(group.lastSeen) ?? clock.now())),
    group.workflowName,
    `${group.errorType}: ${group.message}`,
  ]);
  const head = ['ERROR', 'STATE', 'PLAYS', 'LAST SEEN', 'FLOW', 'MESSAGE'];
  if (rows.length > 0) io.out(`${tableLines({ head, rows, io }).join('\n')}\n`);
  else io.err(args.state === 'open' ? 'No failure is open.\n' : 'There is none.\n');
  return EXIT.ok;
}

export async function errorShow(context: Context, fingerprint: string): Promise<ExitCode> {
  return tell(context, await context.clients.errorGroups.getErrorGroup({ fingerprint }));
}

export async function errorDecide(
  context: Context,
  fingerprint: string,
  state: 'open' | 'resolved' | 'ignored',
): Promise<ExitCode> {
  return tell(context, await context.clients.errorGroups.setErrorGroupState({ fingerprint, state: STATES[state] }));
}

function tell({ io, json }: Context, group: ErrorGroup): ExitCode {
  if (json) {
    io.out(`${JSON.stringify(toJson(ErrorGroupSchema, group))}\n`);
    return EXIT.ok;
  }
  const time = (at: ErrorGroup['firstSeen']) => new Date(timeFromPb(at) ?? 0).toISOString();
  const reopened =
    group.reopened === 0 ? '' : `, opened again ${group.reopened === 1 ? 'once' : `${group.reopened} times`}`;
  const resolved =
    group.state !== ErrorGroupState.RESOLVED
      ? ''
      : ` (opens again when a play that starts later, or a version after ${group.resolvedVersion}, fails so)`;
  const lines = [
    `${group.errorType}: ${group.message}`,
    `  ${group.fingerprint} ${stateWord(group)}${resolved}${reopened}`,
    `  flow      ${group.workflowName}`,
    ...(group.namespace === '' ? [] : [`  in        ${group.namespace}`]),
    ...(group.location === '' ? [] : [`  from      ${group.location}`]),
    `  plays     ${group.count} (${group.versions.map(({ number, count }) => `v${number}: ${count}`).join(', ')})`,
    `  first     ${time(group.firstSeen)} ${group.firstPlaySid}`,
    `  last      ${time(group.lastSeen)} ${group.lastPlaySid}`,
  ];
  io.out(`${lines.join('\n')}\n`);
  return EXIT.ok;
}

const stateWord = ({ state }: ErrorGroup) => ErrorGroupState[state].toLowerCase();
