// A delivery to a webhook: proved, taken once, mapped to inputs, checked, and fired. Each one that names a trigger leaves a line in its log;
// of refusals at most 60 a minute.

import { HeroError, toHeroError } from '@hero-logic/platform';
import { triggerNotFound } from '../../errors.ts';
import { mapBody } from '../../hook/mapping.ts';
import { checkSignature, type SignedRequest } from '../../hook/signature.ts';
import { fillInputs } from '../../inputs.ts';
import { admit } from '../../trigger/overlap.ts';
import { specOf, type WebhookSpec } from '../../trigger/schedule.ts';
import { type Fire, newFire, type Trigger } from '../../trigger/trigger.ts';
import { requireStartable } from '../start-play.ts';
import { cancelPlays } from '../trigger/cancel-plays.ts';
import type { TriggerDeps } from '../trigger/deps.ts';
import { startFire } from '../trigger/start-fire.ts';

export interface DeliverHook extends SignedRequest {
  /** Sid or slug. */
  readonly target: string;
  /** The body was too large to be handed on. */
  readonly oversized: boolean;
}

export interface Delivered {
  readonly fire: Fire;
  readonly isNew: boolean;
}

export async function deliverHook(deps: TriggerDeps, request: DeliverHook): Promise<Delivered> {
  const trigger = await findHook(deps, request.target);
  const line = {
    triggerSid: trigger.sid,
    at: deps.clock.now(),
    webhookId: request.id.slice(0, 100),
    bodyBytes: request.body.length,
  };
  try {
    const { fire, isNew } = await take(deps, trigger, request);
    const result = isNew ? 'accepted' : 'duplicate';
    await deps.hooks.addDelivery({ ...line, result, reason: '', message: '', playSid: fire.playSid });
    return { fire, isNew };
  } catch (error) {
    const { reason, message } = toHeroError(error);
    if (!deps.refusals(trigger.sid, line.at)) throw error;
    await deps.hooks.addDelivery({ ...line, result: 'refused', reason, message: message.slice(0, 1000), playSid: '' });
    throw error;
  }
}

/** TRIGGER_NOT_FOUND also for one of another kind. */
async function findHook(deps: TriggerDeps, target: string): Promise<Trigger> {
  const found = (await deps.triggers.findBySlug(target)) ?? (await deps.triggers.find(target));
  if (found?.kind !== 'webhook') throw triggerNotFound(target);
  return found;
}

async function take(deps: TriggerDeps, trigger: Trigger, request: DeliverHook): Promise<Delivered> {
  if (request.oversized) throw new HeroError('TOO_LARGE', 'the body of a delivery holds at most 1 MiB');
  const now = deps.clock.now();
  checkSignature(request, deps.secretBox.open(trigger, now), now);
  const id = `hook:${request.id}`;
  const before = await deps.triggers.change(trigger.sid, [id], (_, { known }) => ({ result: known.get(id) }));
  if (before !== undefined) return { fire: before, isNew: false };
  if (!trigger.enabled) {
    throw new HeroError('TRIGGER_PAUSED', `the trigger is paused: ${trigger.pauseReason}`, {
      metadata: { trigger_sid: trigger.sid },
    });
  }
  const inputData = await hookInput(deps, trigger, request.body);
  const takenAt = deps.clock.now();
  const { isNew, cancel } = await deps.triggers.change(trigger.sid, [id], (found, facts) => {
    if (facts.known.has(id)) return { result: { isNew: false, cancel: [] as readonly string[] } };
    const { cancel, ...decided } = admit(
      found,
      facts,
      [newFire(found, { id, dueAt: takenAt, source: 'webhook' })],
      takenAt,
    );
    return { ...decided, fireInputs: { [id]: inputData }, result: { isNew: true, cancel } };
  });
  await cancelPlays(deps, cancel);
  const taken = await fireOf(deps, trigger.sid, id);
  // One that fails for now is tried again by the loop: the delivery is durable, and the sender need not repeat it.
  if (taken.state === 'starting') await startFire(deps, taken);
  return { fire: await fireOf(deps, trigger.sid, id), isNew };
}

async function fireOf(deps: TriggerDeps, sid: string, id: string): Promise<Fire> {
  const fire = await deps.triggers.change(sid, [id], (_, { known }) => ({ result: known.get(id) }));
  if (fire === undefined) throw triggerNotFound(sid);
  return fire;
}

/** What a play would be started with. INVALID_JSON, HOOK_MAPPING, INVALID_INPUT, and what the registry says. */
export async function hookInput(deps: TriggerDeps, trigger: Trigger, body: Uint8Array): Promise<string> {
  const base = await deps.triggers.inputData(trigger.sid);
  const inputData = await mapBody(specOf(trigger) as WebhookSpec, body, base, deps.transforms);
  const { workflowSid, versionSid } = trigger;
  const version = await deps.catalog.resolve({ workflowSid, workflowName: '', versionSid });
  requireStartable(version);
  fillInputs(version.inputs, { inputData, example: '{}' }, deps.schemas);
  return inputData;
}
