// retention and storage: how long plays are kept, and how much room they take.

import { durationMs } from '@bufbuild/protobuf/wkt';
import { isHeroError, timeFromPb, toHeroError } from '@hero-logic/platform/client';
import {
  type RetentionRule,
  RetentionRuleSchema,
  StorageUsageSchema,
} from '@hero-logic/proto/herologic/scheduler/v1/retention_service_pb';
import type { Context } from '../core/context.ts';
import { EXIT, type ExitCode } from '../core/exit-codes.ts';
import { resolveFlow } from '../core/resolve-flow.ts';
import { toJson } from '../core/to-json.ts';
import { UsageError } from '../core/usage-error.ts';
import { readSpan } from '../input/read-time.ts';
import { bytesText } from '../text/bytes.ts';
import { ago, duration } from '../text/duration.ts';
import { tableLines } from '../text/table.ts';

export async function retentionList({ clients, io, json }: Context): Promise<ExitCode> {
  const { rules } = await clients.retention.listRetentionRules({});
  if (json) {
    io.out(`${JSON.stringify({ rules: rules.map((rule) => toJson(RetentionRuleSchema, rule)) })}\n`);
    return EXIT.ok;
  }
  const rows = await Promise.all(rules.map(async (rule) => [await flowName(clients, rule), ruleText(rule)]));
  io.out(`${tableLines({ head: ['FLOW', 'KEEPS'], rows, io }).join('\n')}\n`);
  return EXIT.ok;
}

/** The sid of one that was deleted: its rule stands while plays of it are there. */
async function flowName({ workflows }: Context['clients'], { workflowSid }: RetentionRule): Promise<string> {
  if (workflowSid === '') return 'all others';
  try {
    return (await workflows.getWorkflow({ workflow: { case: 'workflowSid', value: workflowSid } })).name;
  } catch (error) {
    if (isHeroError(toHeroError(error), 'WORKFLOW_NOT_FOUND')) return workflowSid;
    throw error;
  }
}

export interface RetentionSetArgs {
  readonly flow: string;
  readonly age?: string;
  readonly plays?: number;
  readonly keepAll?: boolean;
  /** Back to the rule for all. */
  readonly clear?: boolean;
}

export async function retentionSet(context: Context, args: RetentionSetArgs): Promise<ExitCode> {
  const { age, plays, keepAll = false, clear = false } = args;
  const asked = [age !== undefined || plays !== undefined, keepAll, clear].filter(Boolean).length;
  if (asked !== 1) throw new UsageError('say --age or --plays or both, or --keep-all, or --clear');
  const { sid: workflowSid } = await resolveFlow(context.clients, args.flow);
  const maxAge = age === undefined ? {} : { maxAge: readSpan(age, '--age') };
  const rule = await context.clients.retention.setRetentionRule({
    ...{ workflowSid, keepAll, maxPlays: BigInt(plays ?? 0) },
    ...maxAge,
  });
  const text = context.json ? JSON.stringify(toJson(RetentionRuleSchema, rule)) : `${args.flow}: ${ruleText(rule)}`;
  context.io.out(`${text}\n`);
  return EXIT.ok;
}

function ruleText({ maxAge, maxPlays, isOwn }: RetentionRule): string {
  const bounds = [
    ...(maxAge === undefined ? [] : [`plays that ended within ${ageText(durationMs(maxAge))}`]),
    ...(maxPlays === 0n ? [] : [`the latest ${maxPlays} plays`]),
  ];
  return `${bounds.length === 0 ? 'all plays' : bounds.join(', of these ')}${isOwn ? '' : ' (the rule for all)'}`;
}

function ageText(ms: number): string {
  const days = ms / 86_400_000;
  if (!Number.isInteger(days)) return duration(ms);
  return days === 1 ? '1 day' : `${days} days`;
}

export async function storageUsage({ clients, io, json, clock }: Context): Promise<ExitCode> {
  const usage = await clients.retention.getStorageUsage({});
  if (json) {
    io.out(`${JSON.stringify(toJson(StorageUsageSchema, usage))}\n`);
    return EXIT.ok;
  }
  const rows = usage.workflows.map((one) => [
    one.workflowName,
    String(one.plays),
    `about ${bytesText(Number(one.bytes))}`,
    ago(clock.now() - (timeFromPb(one.oldestAt) ?? clock.now())),
  ]);
  if (rows.length > 0) io.out(`${tableLines({ head: ['FLOW', 'PLAYS', 'BYTES', 'OLDEST'], rows, io }).join('\n')}\n`);
  else io.err('There are no plays.\n');
  if (usage.fileBytes > 0n) {
    io.err(
      `The store is ${bytesText(Number(usage.fileBytes))}, of which ${bytesText(Number(usage.freeBytes))} are free.\n`,
    );
  }
  return EXIT.ok;
}

export async function storageCompact({ clients, io, json }: Context): Promise<ExitCode> {
  const freed = Number((await clients.retention.compactStorage({})).freedBytes);
  io.out(json ? `${JSON.stringify({ freed_bytes: freed })}\n` : `${bytesText(freed)} given back\n`);
  return EXIT.ok;
}
