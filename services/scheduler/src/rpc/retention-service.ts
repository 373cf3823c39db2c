// RetentionService: translates for who decides how long plays are kept.

import { create } from '@bufbuild/protobuf';
import { durationFromMs } from '@bufbuild/protobuf/wkt';
import type { ServiceImpl } from '@connectrpc/connect';
import { invalid, timeToPb } from '@hero-logic/platform';
import {
  type RetentionRule as PbRule,
  RetentionRuleSchema,
  type RetentionService,
} from '@hero-logic/proto/herologic/scheduler/v1/retention_service_pb';
import type { OperateDeps } from '../domain/commands/operate/deps.ts';
import { compactStorage, storageUsage } from '../domain/commands/operate/storage-usage.ts';
import { KEEP_ALL, type RetentionRule } from '../domain/retention/retention.ts';
import { spanFromPb } from './duration-codec.ts';

const MOST_RULES = 10_000;
const MOST_WORKFLOWS = 1000;

export function createRetentionService(deps: OperateDeps): ServiceImpl<typeof RetentionService> {
  const { retention, catalog, config } = deps;
  const general = config.retention ?? KEEP_ALL;
  return {
    async listRetentionRules() {
      const own = await retention.list(MOST_RULES);
      return {
        rules: [ruleToPb('', general, true), ...own.map(({ workflowSid, rule }) => ruleToPb(workflowSid, rule, true))],
      };
    },
    async setRetentionRule({ workflowSid, maxAge, maxPlays, keepAll }) {
      const maxAgeMs = spanFromPb(maxAge);
      const isBound = maxAgeMs !== undefined || maxPlays > 0n;
      if (keepAll && isBound) {
        throw invalid([
          { field: 'keep_all', description: 'keeps all plays; leave out max_age and max_plays, or keep_all' },
        ]);
      }
      await catalog.resolve({ workflowSid, workflowName: '', versionSid: '' });
      const rule: RetentionRule = { maxPlays: Number(maxPlays), ...(maxAgeMs === undefined ? {} : { maxAgeMs }) };
      const isOwn = isBound || keepAll;
      await retention.set(workflowSid, isOwn ? rule : undefined);
      return ruleToPb(workflowSid, isOwn ? rule : general, isOwn);
    },
    async getStorageUsage() {
      const { workflows, plays, fileBytes, freeBytes } = await storageUsage(deps);
      return {
        workflows: workflows.slice(0, MOST_WORKFLOWS).map((one) => ({
          workflowSid: one.workflowSid,
          workflowName: one.workflowName,
          plays: BigInt(one.plays),
          bytes: BigInt(one.bytes),
          oldestAt: timeToPb(one.oldestAt),
        })),
        ...{ plays: BigInt(plays), fileBytes: BigInt(fileBytes), freeBytes: BigInt(freeBytes) },
      };
    },
    async compactStorage(_, { signal }) {
      return { freedBytes: BigInt(await compactStorage(deps, signal)) };
    },
  };
}

function ruleToPb(workflowSid: string, { maxAgeMs, maxPlays }: RetentionRule, isOwn: boolean): PbRule {
  const maxAge = maxAgeMs === undefined ? {} : { maxAge: durationFromMs(maxAgeMs) };
  return create(RetentionRuleSchema, { workflowSid, ...maxAge, maxPlays: BigInt(maxPlays), isOwn });
}
