// Triggers on the wire. The tables name every value, so that a new one in the proto or in the domain does not compile until it is mapped.

import { create, type MessageInitShape } from '@bufbuild/protobuf';
import { durationFromMs } from '@bufbuild/protobuf/wkt';
import { timeToPb } from '@hero-logic/platform';
import { PlayStatus } from '@hero-logic/proto/herologic/scheduler/v1/play_pb';
import {
  DeliveryResult,
  type HookDeliverySchema,
  FireSource as PbFireSource,
  FireState as PbFireState,
  OverlapPolicy as PbOverlapPolicy,
  type Trigger as PbTrigger,
  TriggerKind as PbTriggerKind,
  type TriggerFireSchema,
  TriggerSchema,
} from '@hero-logic/proto/herologic/scheduler/v1/trigger_pb';
import type { StoredDelivery } from '../domain/hook/hook-store.ts';
import type { TriggerKind } from '../domain/trigger/schedule.ts';
import {
  type Fire,
  type FireSource,
  type FireState,
  nextFireAt,
  type OverlapPolicy,
  type Trigger,
} from '../domain/trigger/trigger.ts';
import { statusToPb } from './play-codec.ts';

const KIND_TO_PB: Record<TriggerKind, PbTriggerKind> = {
  cron: PbTriggerKind.CRON,
  webhook: PbTriggerKind.WEBHOOK,
  once: PbTriggerKind.ONCE,
};

const KIND_FROM_PB: Record<PbTriggerKind, TriggerKind | undefined> = {
  [PbTriggerKind.UNSPECIFIED]: undefined,
  [PbTriggerKind.CRON]: 'cron',
  [PbTriggerKind.WEBHOOK]: 'webhook',
  [PbTriggerKind.ONCE]: 'once',
};

export function kindFromPb(kind: PbTriggerKind): TriggerKind | undefined {
  return KIND_FROM_PB[kind];
}

const OVERLAP_TO_PB: Record<OverlapPolicy, PbOverlapPolicy> = {
  skip: PbOverlapPolicy.SKIP,
  buffer_one: PbOverlapPolicy.BUFFER_ONE,
  buffer_all: PbOverlapPolicy.BUFFER_ALL,
  cancel_other: PbOverlapPolicy.CANCEL_OTHER,
  allow_all: PbOverlapPolicy.ALLOW_ALL,
};

const OVERLAP_FROM_PB: Record<PbOverlapPolicy, OverlapPolicy | undefined> = {
  [PbOverlapPolicy.UNSPECIFIED]: undefined,
  [PbOverlapPolicy.SKIP]: 'skip',
  [PbOverlapPolicy.BUFFER_ONE]: 'buffer_one',
  [PbOverlapPolicy.BUFFER_ALL]: 'buffer_all',
  [PbOverlapPolicy.CANCEL_OTHER]: 'cancel_other',
  [PbOverlapPolicy.ALLOW_ALL]: 'allow_all',
};

/** undefined = it was left out. */
export function overlapFromPb(policy: PbOverlapPolicy): OverlapPolicy | undefined {
  return OVERLAP_FROM_PB[policy];
}

const SOURCES: Record<FireSource, PbFireSource> = {
  schedule: PbFireSource.SCHEDULE,
  manual: PbFireSource.MANUAL,
  backfill: PbFireSource.BACKFILL,
  webhook: PbFireSource.WEBHOOK,
};

const STATES: Record<FireState, PbFireState> = {
  waiting: PbFireState.WAITING,
  starting: PbFireState.STARTING,
  started: PbFireState.STARTED,
  ended: PbFireState.ENDED,
  skipped: PbFireState.SKIPPED,
  refused: PbFireState.REFUSED,
};

/** A trigger as lists carry it: without its input and its further times. */
export function triggerToPb(trigger: Trigger, waiting: number): PbTrigger {
  const next = nextFireAt(trigger);
  const { catchUpMs, lastFiredAt } = trigger;
  return create(TriggerSchema, {
    sid: trigger.sid,
    workflowSid: trigger.workflowSid,
    workflowName: trigger.workflowName,
    versionSid: trigger.versionSid,
    name: trigger.name,
    kind: KIND_TO_PB[trigger.kind],
    spec: trigger.spec,
    overlapPolicy: OVERLAP_TO_PB[trigger.overlap],
    ...(catchUpMs === undefined ? {} : { catchUpWindow: durationFromMs(catchUpMs) }),
    ...(trigger.jitterMs === 0 ? {} : { jitter: durationFromMs(trigger.jitterMs) }),
    pauseAfterFailures: trigger.pauseAfterFailures,
    failuresInRow: trigger.failuresInRow,
    enabled: trigger.enabled,
    pauseReason: trigger.pauseReason,
    started: BigInt(trigger.started),
    skipped: BigInt(trigger.skipped),
    missed: BigInt(trigger.missed),
    waiting,
    lastPlaySid: trigger.lastPlaySid,
    hookPath: trigger.kind === 'webhook' ? `/hooks/${trigger.slug || trigger.sid}` : '',
    ...(lastFiredAt === undefined ? {} : { lastFiredAt: timeToPb(lastFiredAt) }),
    ...(next === undefined ? {} : { nextFireAt: timeToPb(next) }),
    createdAt: timeToPb(trigger.createdAt),
    updatedAt: timeToPb(trigger.updatedAt),
  });
}

const RESULTS: Record<StoredDelivery['result'], DeliveryResult> = {
  accepted: DeliveryResult.ACCEPTED,
  duplicate: DeliveryResult.DUPLICATE,
  refused: DeliveryResult.REFUSED,
};

export function deliveryToPb(delivery: StoredDelivery): MessageInitShape<typeof HookDeliverySchema> {
  return {
    seq: BigInt(delivery.seq),
    at: timeToPb(delivery.at),
    webhookId: delivery.webhookId,
    result: RESULTS[delivery.result],
    reason: delivery.reason,
    message: delivery.message,
    playSid: delivery.playSid,
    bodyBytes: BigInt(delivery.bodyBytes),
  };
}

export function stateToPb(state: FireState): PbFireState {
  return STATES[state];
}

export function fireToPb(fire: Fire): MessageInitShape<typeof TriggerFireSchema> {
  return {
    id: fire.id,
    triggerSid: fire.triggerSid,
    dueAt: timeToPb(fire.dueAt),
    source: SOURCES[fire.source],
    state: STATES[fire.state],
    playSid: fire.playSid,
    reason: fire.reason,
    outcome: fire.outcome === undefined ? PlayStatus.UNSPECIFIED : statusToPb(fire.outcome),
  };
}
