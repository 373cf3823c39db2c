// trigger list, show, pause, resume, fire and remove.

import { timeFromPb } from '@hero-logic/platform/client';
import { PlaySchema } from '@hero-logic/proto/herologic/scheduler/v1/play_pb';
import {
  FireState,
  OverlapPolicy,
  type Trigger,
  type TriggerFire,
  TriggerKind,
  TriggerSchema,
} from '@hero-logic/proto/herologic/scheduler/v1/trigger_pb';
import type { Context } from '../core/context.ts';
import { EXIT, type ExitCode } from '../core/exit-codes.ts';
import { documentText } from '../core/report-play.ts';
import { resolveFlow } from '../core/resolve-flow.ts';
import { toJson } from '../core/to-json.ts';
import { tableLines } from '../text/table.ts';
import { clean } from '../text/width.ts';

const PAGE = 1000;
const SHOWN_FIRES = 10;

const OVERLAPS = {
  skip: OverlapPolicy.SKIP,
  buffer_one: OverlapPolicy.BUFFER_ONE,
  buffer_all: OverlapPolicy.BUFFER_ALL,
  cancel_other: OverlapPolicy.CANCEL_OTHER,
  allow_all: OverlapPolicy.ALLOW_ALL,
} as const;

export type OverlapWord = keyof typeof OVERLAPS;

export function overlapFromWord(word: OverlapWord): OverlapPolicy {
  return OVERLAPS[word];
}

export async function triggerList(context: Context, args: { readonly flow?: string }): Promise<ExitCode> {
  const { io, clients, json } = context;
  const workflowSid = args.flow === undefined ? '' : (await resolveFlow(clients, args.flow)).sid;
  const triggers: Trigger[] = [];
  let pageToken = '';
  do {
    const page = await clients.triggers.listTriggers({ workflowSid, pageSize: PAGE, pageToken });
    triggers.push(...page.triggers);
    pageToken = page.nextPageToken;
  } while (pageToken !== '');
  if (json) {
    io.out(`${JSON.stringify({ triggers: triggers.map((t) => toJson(TriggerSchema, t)) })}\n`);
    return EXIT.ok;
  }
  const rows = triggers.map((t) => [
    t.sid,
    t.workflowName,
    whenText(t),
    t.enabled ? isoTime(t.nextFireAt) : `paused: ${t.pauseReason}`,
    String(t.started),
    t.name,
  ]);
  const head = ['TRIGGER', 'FLOW', 'WHEN', 'NEXT', 'STARTED', 'NAME'];
  if (rows.length > 0) io.out(`${tableLines({ head, rows, io }).join('\n')}\n`);
  else io.err('There are no triggers. Add one: hero-logic trigger add FLOW --cron "0 9 * * *"\n');
  return EXIT.ok;
}

export async function triggerShow(context: Context, triggerSid: string): Promise<ExitCode> {
  const { io, clients, json } = context;
  const trigger = await clients.triggers.getTrigger({ triggerSid });
  if (json) return tellTrigger(context, trigger);
  const { fires } = await clients.triggers.listTriggerFires({ triggerSid, pageSize: SHOWN_FIRES });
  const lines = [...triggerLines(trigger, io.outIsTerminal), ...fires.map((fire) => `  ${fireLine(fire)}`)];
  io.out(`${lines.join('\n')}\n`);
  return EXIT.ok;
}

export interface TriggerPauseArgs {
  readonly triggerSid: string;
  readonly reason?: string;
}

export async function triggerPause(context: Context, { triggerSid, reason = '' }: TriggerPauseArgs): Promise<ExitCode> {
  const update = { triggerSid, enabled: false, pauseReason: reason };
  return tellTrigger(context, await context.clients.triggers.updateTrigger(update));
}

export async function triggerResume(context: Context, triggerSid: string): Promise<ExitCode> {
  return tellTrigger(context, await context.clients.triggers.updateTrigger({ triggerSid, enabled: true }));
}

export async function triggerFire({ clients, io, json }: Context, triggerSid: string): Promise<ExitCode> {
  const play = await clients.triggers.fireTrigger({ triggerSid });
  io.out(json ? `${JSON.stringify(toJson(PlaySchema, play))}\n` : `${play.sid}\n`);
  return EXIT.ok;
}

export async function triggerRemove({ clients, io, json }: Context, triggerSid: string): Promise<ExitCode> {
  await clients.triggers.deleteTrigger({ triggerSid });
  io.out(json ? '{"ok":true}\n' : 'removed; its plays go on\n');
  return EXIT.ok;
}

/** One line for people: its sid, and when it fires. */
export function tellTrigger({ io, json }: Context, trigger: Trigger): ExitCode {
  if (json) io.out(`${JSON.stringify(toJson(TriggerSchema, trigger))}\n`);
  else {
    const next =
      trigger.nextFireAt === undefined
        ? `paused: ${clean(trigger.pauseReason)}`
        : `next ${isoTime(trigger.nextFireAt)}`;
    io.out(`${trigger.sid} (${next})\n`);
  }
  return EXIT.ok;
}

function triggerLines(trigger: Trigger, forTerminal: boolean): string[] {
  const lines = [
    `trigger   ${trigger.sid}`,
    `flow      ${clean(trigger.workflowName)}`,
    `when      ${clean(whenText(trigger))}`,
  ];
  const add = (label: string, value: string) => {
    if (value !== '') lines.push(`${label.padEnd(9)} ${value}`);
  };
  add('name', clean(trigger.name));
  add('paused', trigger.enabled ? '' : clean(trigger.pauseReason || 'yes'));
  add('next', trigger.upcoming.map((time) => isoTime(time)).join(', '));
  add('overlap', OverlapPolicy[trigger.overlapPolicy]?.toLowerCase() ?? '');
  add('input', documentText(forTerminal, trigger.inputData));
  const { started, skipped, missed, waiting, failuresInRow } = trigger;
  add(
    'plays',
    `${started} started, ${waiting} waiting, ${skipped} left out, ${missed} missed, ${failuresInRow} failed in a row`,
  );
  return lines;
}

function fireLine(fire: TriggerFire): string {
  const state = FireState[fire.state]?.toLowerCase() ?? '';
  return [isoTime(fire.dueAt), state, fire.playSid, clean(fire.reason)].filter((word) => word !== '').join('  ');
}

function whenText(trigger: Trigger): string {
  const spec = JSON.parse(trigger.spec) as { cron?: string; time_zone?: string; at?: number | string };
  if (trigger.kind === TriggerKind.CRON) return `${spec.cron} ${spec.time_zone ?? 'UTC'}`;
  return spec.at === undefined ? '' : `once at ${new Date(spec.at).toISOString()}`;
}

function isoTime(time: Parameters<typeof timeFromPb>[0]): string {
  const at = timeFromPb(time);
  return at === undefined ? '' : new Date(at).toISOString();
}
