// TriggerService: translates for everybody who plans, fires and watches triggers.

import type { ServiceImpl } from '@connectrpc/connect';
import {
  decodePageToken,
  encodePageToken,
  invalid,
  pageSize,
  principalOf,
  timeFromPb,
  timeToPb,
} from '@hero-logic/platform';
import type { Trigger as PbTrigger } from '@hero-logic/proto/herologic/scheduler/v1/trigger_pb';
import type {
  CreateTriggerRequest,
  ListHookDeliveriesRequest,
  ListTriggerFiresRequest,
  ListTriggersRequest,
  TriggerService,
  UpdateTriggerRequest,
} from '@hero-logic/proto/herologic/scheduler/v1/trigger_service_pb';
import { hookInput } from '../domain/commands/hook/deliver.ts';
import type { TriggerDeps } from '../domain/commands/trigger/deps.ts';
import { backfill, fireNow } from '../domain/commands/trigger/fire-now.ts';
import {
  type CreateTrigger,
  createTrigger,
  deleteTrigger,
  notAHook,
  requireTrigger,
  rotateSecret,
  type UpdateTrigger,
  updateTrigger,
} from '../domain/commands/trigger/write-trigger.ts';
import { parseSpec, specOf, type TriggerKind, timesAfter } from '../domain/trigger/schedule.ts';
import type { Trigger } from '../domain/trigger/trigger.ts';
import { spanFromPb } from './duration-codec.ts';
import { playReply } from './play-replies.ts';
import { deliveryToPb, fireToPb, kindFromPb, overlapFromPb, triggerToPb } from './trigger-codec.ts';

const UPCOMING = 5;
const GRACE_MS = 86_400_000;

export function createTriggerService(deps: TriggerDeps): ServiceImpl<typeof TriggerService> {
  return {
    createTrigger: async (request, { requestHeader }) => {
      const { namespace } = principalOf(requestHeader);
      return replyWithSecret(deps, await createTrigger(deps, createFromPb(request, namespace)));
    },
    getTrigger: async ({ triggerSid }) => reply(deps, await requireTrigger(deps, triggerSid)),
    listTriggers: (request, { requestHeader }) => listTriggers(deps, request, principalOf(requestHeader).namespace),
    updateTrigger: async (request) => reply(deps, await updateTrigger(deps, updateFromPb(request))),
    async deleteTrigger({ triggerSid }) {
      await deleteTrigger(deps, triggerSid);
      return { ok: true };
    },
    fireTrigger: async (request, { requestHeader }) =>
      playReply(deps, await fireNow(deps, { ...request, by: principalOf(requestHeader).name })),
    backfillTrigger: ({ triggerSid, from, to, overlapPolicy }, { requestHeader }) =>
      backfill(deps, {
        by: principalOf(requestHeader).name,
        triggerSid,
        from: timeFromPb(from) ?? 0,
        to: timeFromPb(to) ?? 0,
        overlap: overlapFromPb(overlapPolicy) ?? 'buffer_all',
      }),
    async previewTrigger({ kind, spec, after, count }) {
      const from = timeFromPb(after) ?? deps.clock.now();
      return {
        times: timesAfter(parseSpec(requireKind(kind), spec), from, count || UPCOMING).map((at) => timeToPb(at)),
      };
    },
    rotateTriggerSecret: async ({ triggerSid, grace }) =>
      replyWithSecret(deps, await rotateSecret(deps, triggerSid, spanFromPb(grace) ?? GRACE_MS)),
    async testTrigger({ triggerSid, body }) {
      const trigger = await requireTrigger(deps, triggerSid);
      if (trigger.kind !== 'webhook') throw notAHook(trigger);
      return { inputData: await hookInput(deps, trigger, Buffer.from(body)) };
    },
    listHookDeliveries: (request) => listDeliveries(deps, request),
    listTriggerFires: (request) => listFires(deps, request),
  };
}

function requireKind(kind: CreateTriggerRequest['kind']): TriggerKind {
  const known = kindFromPb(kind);
  if (known !== undefined) return known;
  throw invalid([{ field: 'kind', description: 'is required: cron, once or webhook' }]);
}

function createFromPb(request: CreateTriggerRequest, namespace: string | undefined): CreateTrigger {
  const kind = requireKind(request.kind);
  return {
    workflowSid: request.workflow.case === 'workflowSid' ? request.workflow.value : '',
    workflowName: request.workflow.case === 'workflowName' ? request.workflow.value : '',
    namespace,
    kind,
    spec: request.spec,
    inputData: request.inputData,
    name: request.name,
    overlap: overlapFromPb(request.overlapPolicy) ?? (kind === 'webhook' ? 'allow_all' : 'skip'),
    catchUpMs: spanFromPb(request.catchUpWindow),
    jitterMs: spanFromPb(request.jitter) ?? 0,
    pauseAfterFailures: request.pauseAfterFailures,
    versionSid: request.versionSid,
    enabled: request.enabled ?? true,
    requestId: request.requestId,
  };
}

function updateFromPb(request: UpdateTriggerRequest): UpdateTrigger {
  return {
    triggerSid: request.triggerSid,
    spec: request.spec,
    inputData: request.inputData,
    name: request.name,
    overlap: overlapFromPb(request.overlapPolicy),
    catchUpMs: spanFromPb(request.catchUpWindow),
    jitterMs: spanFromPb(request.jitter),
    pauseAfterFailures: request.pauseAfterFailures,
    versionSid: request.versionSid,
    enabled: request.enabled,
    pauseReason: request.pauseReason,
  };
}

/** A trigger with its input and its next times. */
async function reply(deps: TriggerDeps, trigger: Trigger): Promise<PbTrigger> {
  const { sid, dueAt } = trigger;
  const message = triggerToPb(trigger, await deps.triggers.countWaiting(sid));
  message.inputData = await deps.triggers.inputData(sid);
  if (dueAt === undefined) return message;
  message.upcoming = timesAfter(specOf(trigger), dueAt - 1, UPCOMING).map((at) => timeToPb(at));
  return message;
}

/** With the secret that was just made. */
async function replyWithSecret(deps: TriggerDeps, trigger: Trigger): Promise<PbTrigger> {
  const message = await reply(deps, trigger);
  message.webhookSecret = deps.secretBox.newest(trigger);
  return message;
}

async function listTriggers(deps: TriggerDeps, request: ListTriggersRequest, namespace: string | undefined) {
  const limit = pageSize(request.pageSize, 50, 1000);
  const [beforeSid = ''] = decodePageToken(request.pageToken) ?? [];
  const { workflowSid, enabled } = request;
  const kind = kindFromPb(request.kind);
  const found = await deps.triggers.list({
    workflowSid,
    namespace,
    kind,
    enabled,
    beforeSid: String(beforeSid),
    limit: limit + 1,
  });
  const isFirst = request.pageToken === '';
  if (found.length === 0 && isFirst && workflowSid !== '') {
    await deps.catalog.resolve({ workflowSid, workflowName: '', versionSid: '' });
  }
  const page = found.slice(0, limit);
  const waiting = await Promise.all(page.map(({ sid }) => deps.triggers.countWaiting(sid)));
  const last = page.at(-1);
  return {
    triggers: page.map((trigger, i) => triggerToPb(trigger, waiting[i] ?? 0)),
    nextPageToken: found.length > limit && last !== undefined ? encodePageToken([last.sid]) : '',
  };
}

async function listFires(deps: TriggerDeps, { triggerSid, pageToken, ...request }: ListTriggerFiresRequest) {
  await requireTrigger(deps, triggerSid);
  const limit = pageSize(request.pageSize, 50, 1000);
  const [dueAt, id] = decodePageToken(pageToken) ?? [];
  const before = dueAt === undefined ? undefined : { dueAt: Number(dueAt), id: String(id) };
  const found = await deps.triggers.listFires(triggerSid, before, limit + 1);
  const page = found.slice(0, limit);
  const last = page.at(-1);
  return {
    fires: page.map(fireToPb),
    nextPageToken: found.length > limit && last !== undefined ? encodePageToken([last.dueAt, last.id]) : '',
  };
}

async function listDeliveries(deps: TriggerDeps, { triggerSid, pageToken, ...request }: ListHookDeliveriesRequest) {
  await requireTrigger(deps, triggerSid);
  const limit = pageSize(request.pageSize, 50, 1000);
  const [before] = decodePageToken(pageToken) ?? [];
  const found = await deps.hooks.listDeliveries(
    triggerSid,
    before === undefined ? undefined : Number(before),
    limit + 1,
  );
  const page = found.slice(0, limit);
  const last = page.at(-1);
  return {
    deliveries: page.map(deliveryToPb),
    nextPageToken: found.length > limit && last !== undefined ? encodePageToken([last.seq]) : '',
  };
}
