// Creates, changes and deletes triggers.

import { invalid, placedName } from '@hero-logic/platform';
import { triggerNotFound } from '../../errors.ts';
import { newHookSecret, rotate } from '../../hook/signature.ts';
import { nextAfter, parseSpec, type Spec, type TriggerKind } from '../../trigger/schedule.ts';
import { type OverlapPolicy, pause, type Trigger } from '../../trigger/trigger.ts';
import { checkStart, checkTrigger } from './check-trigger.ts';
import { TRIGGER_TOPIC, type TriggerDeps } from './deps.ts';

const CATCH_UP_MS = 10 * 60_000;

export interface CreateTrigger {
  readonly workflowSid: string;
  readonly workflowName: string;
  /** Where the name is looked up; absent = in the first one. */
  readonly namespace?: string | undefined;
  readonly kind: TriggerKind;
  readonly spec: string;
  readonly inputData: string;
  readonly name: string;
  readonly overlap: OverlapPolicy;
  readonly catchUpMs?: number | undefined;
  readonly jitterMs: number;
  readonly pauseAfterFailures: number;
  readonly versionSid: string;
  readonly enabled: boolean;
  readonly requestId: string;
}

/** The same request id again gives the trigger that it made, whatever has become of its time and its workflow since. */
export async function createTrigger(deps: TriggerDeps, asked: CreateTrigger): Promise<Trigger> {
  const spec = parseSpec(asked.kind, asked.spec);
  const version = await deps.catalog.resolve(asked);
  const { workflowSid, workflowName, namespace } = version;
  // Another namespace may have the same.
  const requestId = asked.requestId === '' ? '' : placedName(namespace, asked.requestId);
  const known = await deps.triggers.findByRequest(requestId);
  if (known !== undefined) return known;
  checkStart(deps, version, spec, asked.inputData);
  const now = deps.clock.now();
  const { inputData, ...rest } = asked;
  const trigger: Trigger = {
    ...rest,
    requestId,
    sid: deps.newSid(),
    workflowSid,
    workflowName,
    namespace,
    catchUpMs: asked.catchUpMs ?? (asked.kind === 'cron' ? CATCH_UP_MS : undefined),
    pauseReason: asked.enabled ? '' : 'added without letting it fire',
    failuresInRow: 0,
    dueAt: asked.enabled ? firstDue(spec, now) : undefined,
    ...(spec.kind === 'webhook' ? { slug: spec.slug, secrets: [{ text: newHookSecret() }] } : {}),
    lastPlaySid: '',
    ...{ started: 0, skipped: 0, missed: 0 },
    ...{ createdAt: now, updatedAt: now },
  };
  const added = await deps.triggers.add(trigger, inputData);
  deps.signals.publish(TRIGGER_TOPIC);
  return added;
}

/** INVALID_ARGUMENT: it would never fire. */
function firstDue(spec: Spec, now: number): number | undefined {
  if (spec.kind === 'webhook') return undefined;
  const due = nextAfter(spec, now - 1);
  if (due !== undefined) return due;
  const [field, fix] = spec.kind === 'once' ? ['spec.at', 'start a play'] : ['spec.cron', 'create none'];
  throw invalid([{ field, description: `has no time that is still to come; choose a later one, or ${fix}` }]);
}

export interface UpdateTrigger {
  readonly triggerSid: string;
  readonly spec?: string | undefined;
  readonly inputData?: string | undefined;
  readonly name?: string | undefined;
  readonly overlap?: OverlapPolicy | undefined;
  readonly catchUpMs?: number | undefined;
  readonly jitterMs?: number | undefined;
  readonly pauseAfterFailures?: number | undefined;
  readonly versionSid?: string | undefined;
  readonly enabled?: boolean | undefined;
  readonly pauseReason: string;
}

export async function updateTrigger(deps: TriggerDeps, asked: UpdateTrigger): Promise<Trigger> {
  const { triggers } = deps;
  const before = await requireTrigger(deps, asked.triggerSid);
  if (asked.pauseReason !== '' && asked.enabled !== false) {
    throw invalid([{ field: 'pause_reason', description: 'is only for enabled false' }]);
  }
  const spec = parseSpec(before.kind, asked.spec ?? before.spec);
  const ref = { workflowSid: before.workflowSid, workflowName: '', versionSid: asked.versionSid ?? before.versionSid };
  const changesPlay = [asked.spec, asked.inputData, asked.versionSid].some((part) => part !== undefined);
  const slug = spec.kind === 'webhook' ? { slug: spec.slug } : {};
  const input = asked.inputData ?? (await triggers.inputData(before.sid));
  const version = changesPlay || asked.enabled ? await checkTrigger(deps, ref, spec, input) : undefined;
  const now = deps.clock.now();
  const after = await triggers.change(before.sid, [], (found, { waiting }) => {
    const { enabled, pauseReason } = asked;
    const changed = {
      ...merged(found, asked),
      ...slug,
      workflowName: version?.workflowName ?? found.workflowName,
      updatedAt: now,
    };
    if (enabled === false) {
      const decided = pause(changed, pauseReason === '' ? 'paused by hand' : pauseReason, waiting);
      return { ...decided, ...inputChange(asked), result: decided.trigger };
    }
    const isOn = found.enabled || enabled === true;
    // A schedule that stays goes on where it is; another one, or one that was off, begins anew.
    const isNew = asked.spec !== undefined || !found.enabled;
    const trigger: Trigger = {
      ...changed,
      enabled: isOn,
      ...(isOn ? { pauseReason: '' } : {}),
      ...(enabled === true && !found.enabled ? { failuresInRow: 0 } : {}),
      ...(isOn && isNew ? { dueAt: firstDue(spec, now) } : {}),
    };
    return { trigger, ...inputChange(asked), result: trigger };
  });
  deps.signals.publish(TRIGGER_TOPIC);
  return after;
}

function inputChange({ inputData }: UpdateTrigger) {
  return inputData === undefined ? {} : { inputData };
}

function merged(found: Trigger, asked: UpdateTrigger): Trigger {
  return {
    ...found,
    spec: asked.spec ?? found.spec,
    name: asked.name ?? found.name,
    overlap: asked.overlap ?? found.overlap,
    catchUpMs: asked.catchUpMs ?? found.catchUpMs,
    jitterMs: asked.jitterMs ?? found.jitterMs,
    pauseAfterFailures: asked.pauseAfterFailures ?? found.pauseAfterFailures,
    versionSid: asked.versionSid ?? found.versionSid,
  };
}

/** TRIGGER_NOT_FOUND. */
export async function requireTrigger(deps: Pick<TriggerDeps, 'triggers'>, sid: string): Promise<Trigger> {
  const found = await deps.triggers.find(sid);
  if (found === undefined) throw triggerNotFound(sid);
  return found;
}

/** TRIGGER_NOT_FOUND. */
export async function rotateSecret(deps: TriggerDeps, sid: string, graceMs: number): Promise<Trigger> {
  const fresh = newHookSecret();
  return deps.triggers.change(sid, [], (found) => {
    if (found.kind !== 'webhook') throw notAHook(found);
    const trigger = { ...found, secrets: rotate(found.secrets ?? [], fresh, deps.clock.now(), graceMs) };
    return { trigger, result: trigger };
  });
}

export const notAHook = ({ kind }: Pick<Trigger, 'kind'>) =>
  invalid([{ field: 'trigger_sid', description: `is of kind ${kind}; only a webhook has that` }]);

/** TRIGGER_NOT_FOUND. */
export async function deleteTrigger(deps: TriggerDeps, sid: string): Promise<void> {
  if (!(await deps.triggers.remove(sid))) throw triggerNotFound(sid);
  await deps.hooks.removeDeliveries(sid);
}
