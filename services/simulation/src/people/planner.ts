// Somebody plans plays: at one moment, or again and again until all has been calm for a while.

import { createClient, type Transport } from '@connectrpc/connect';
import type { Random } from '@hero-logic/platform/testing';
import { OverlapPolicy, TriggerKind } from '@hero-logic/proto/herologic/scheduler/v1/trigger_pb';
import { TriggerService } from '@hero-logic/proto/herologic/scheduler/v1/trigger_service_pb';
import { CRON } from '../check/triggers.ts';
import type { Flow } from '../flow/program.ts';
import { workflowSid } from '../world/registry.ts';
import type { World } from '../world/world.ts';
import type { Caller } from './caller.ts';

export interface PlannerOptions {
  readonly transport: Transport;
  readonly flows: readonly Flow[];
  readonly call: Caller;
  readonly random: Random;
}

const LATEST_MS = 30_000;
const LOOK_EVERY_MS = 5000;
/** Whatever was down or frozen when it became calm has done by then what was due. */
const CAUGHT_UP_MS = 45_000;
/** A firing at the very moment of its trigger's end may be left out. */
const NEAR_MS = 5000;

const POLICIES = [
  OverlapPolicy.SKIP,
  OverlapPolicy.BUFFER_ONE,
  OverlapPolicy.BUFFER_ALL,
  OverlapPolicy.CANCEL_OTHER,
  OverlapPolicy.ALLOW_ALL,
] as const;

export function createPlanner(world: World, { transport, flows, call, random }: PlannerOptions): () => Promise<void> {
  const { clock, faults, ledger } = world;
  const triggers = createClient(TriggerService, transport);

  return async () => {
    await clock.sleep(random.int(0, LOOK_EVERY_MS));
    const isOnce = random.chance(0.3);
    const spec = isOnce ? { at: clock.now() + random.int(1000, LATEST_MS) } : { cron: CRON };
    const request = {
      workflow: { case: 'workflowSid', value: workflowSid(random.pick(flows.slice(0, 2)).name) } as const,
      kind: isOnce ? TriggerKind.ONCE : TriggerKind.CRON,
      spec: JSON.stringify(spec),
      overlapPolicy: random.pick(POLICIES),
      requestId: 'plan',
    };
    const made = await call((options) => triggers.createTrigger(request, options));
    if (made === undefined) return;
    const { sid } = made;
    ledger.triggers.set(sid, 0);
    while (!faults.isCalm()) await clock.sleep(LOOK_EVERY_MS);
    await clock.sleep(CAUGHT_UP_MS);
    const until = clock.now() - NEAR_MS;
    const off = await call((options) => triggers.updateTrigger({ triggerSid: sid, enabled: false }, options));
    if (off !== undefined) ledger.triggers.set(sid, until);
  };
}
