// Starts a play: what is to run is asked of the registry, the inputs are filled and checked, and the play is written as pending.
// With an idempotency key the first of equal starts wins, however many come at once.

import { HeroError, invalid, jsonEqual, MAX_DOCUMENT_BYTES, topics } from '@hero-logic/platform';
import type { CatalogExample, CatalogVersion, WorkflowRef } from '../catalog.ts';
import { AUTO_VERSION, type ChoiceRequest } from '../choice.ts';
import type { ConflictPolicy } from '../gates.ts';
import { fillInputs } from '../inputs.ts';
import { addWarnings, type Play, startersOf } from '../play.ts';
import { type PrefilledAnswer, parsePrefill, prefilledAnswers } from '../prefill.ts';
import { announceCancel } from './cancel-play.ts';
import { type CommandDeps, publishChange } from './deps.ts';

const LATEST_START_MS = 3660 * 86_400_000;

export interface StartPlay extends WorkflowRef {
  readonly inputData: string;
  readonly name: string;
  readonly exampleSid: string;
  readonly prefillResumesJson: string;
  readonly idempotencyKey: string;
  readonly tags: Readonly<Record<string, string>>;
  readonly trigger: string;
  /** The person who starts it, as a door found out; empty = none. */
  readonly starter: string;
  readonly parentSpanId: string;
  readonly concurrencyKey: string;
  /** 0 = 1. */
  readonly concurrencyLimit: number;
  readonly onConflict: ConflictPolicy;
  readonly priority: number;
  /** Absent = at once. */
  readonly startAt?: number | undefined;
  /** For the version "auto". */
  readonly weights: ChoiceRequest['weights'];
  readonly userRequest: string;
  /** The call that starts it, as a traceparent. */
  readonly traceParent?: string | undefined;
}

/** The play: a new one, or the one that was started with the same idempotency key and equal input. */
export async function startPlay(deps: CommandDeps, start: StartPlay): Promise<Play> {
  checkConcurrency(start);
  checkStartAt(start, deps.clock.now());
  const prefill = start.prefillResumesJson === '' ? undefined : parsePrefill(start.prefillResumesJson);
  const example = start.exampleSid === '' ? undefined : await deps.catalog.example(start.exampleSid);
  const { version, choice } = await versionOf(deps, start, example);
  if (example !== undefined) checkExample(start.exampleSid, example, version);
  if (start.idempotencyKey !== '') {
    const earlier = await deps.store.findByIdempotencyKey(version.workflowSid, start.idempotencyKey);
    if (earlier !== undefined) return sameStart(deps, start, example, earlier);
  }
  requireStartable(version);
  const filled = fillInputs(
    version.inputs,
    { inputData: start.inputData, example: example?.inputData ?? '{}' },
    deps.schemas,
  );
  const answers = prefill ?? examplePrefill(example);
  const play = newPlay(start, version, {
    sid: deps.newSid(),
    now: deps.clock.now(),
    inputBytes: Buffer.byteLength(filled.inputData),
    prefillOnly: answers !== undefined,
    warnings: addWarnings([], filled.warnings),
    versionChoice: choice,
  });
  const { onConflict } = start;
  const adding = deps.store.add({ play, inputData: filled.inputData, prefill: answers ?? [], onConflict });
  // Before it is durable: an executor's claim that comes at once is committed together with the play, and finds nothing if that fails.
  deps.signals.publish(topics.playsReady);
  const stored = await adding;
  if (!stored.added) return sameStart(deps, start, example, stored.play);
  publishChange(deps, stored.play);
  for (const displaced of stored.displaced) void announceCancel(deps, displaced);
  return stored.play;
}

/** The version that is named, that of the example, the current one, or ("auto") the one that is chosen now. */
async function versionOf(
  deps: CommandDeps,
  start: StartPlay,
  example: CatalogExample | undefined,
): Promise<{ readonly version: CatalogVersion; readonly choice?: string }> {
  const { workflowSid, workflowName, namespace, userRequest, weights } = start;
  if (start.versionSid !== AUTO_VERSION) {
    const versionSid = start.versionSid || (example?.versionSid ?? '');
    return { version: await deps.catalog.resolve({ workflowSid, workflowName, namespace, versionSid }) };
  }
  const current = await deps.catalog.resolve({ workflowSid, workflowName, namespace, versionSid: '' });
  const chosen = await deps.choice.pick({ workflowSid: current.workflowSid, userRequest, weights });
  const { versionSid } = chosen;
  const version = await deps.catalog.resolve({ workflowSid: current.workflowSid, workflowName: '', versionSid });
  return { version, choice: chosen.record };
}

/** WORKFLOW_ARCHIVED. */
export function requireStartable(version: CatalogVersion): void {
  if (!version.archived) return;
  throw new HeroError('WORKFLOW_ARCHIVED', `workflow ${version.workflowName} is archived and starts nothing`, {
    metadata: { workflow_sid: version.workflowSid },
  });
}

// What is told about a key without naming one would be lost in silence.
function checkConcurrency({ concurrencyKey, concurrencyLimit, onConflict }: StartPlay): void {
  if (concurrencyKey !== '' || (concurrencyLimit === 0 && onConflict === 'queue')) return;
  const description = 'is required with concurrency_limit and on_conflict';
  throw invalid([{ field: 'concurrency_key', description }]);
}

function checkStartAt({ startAt }: StartPlay, now: number): void {
  if (startAt === undefined || startAt <= now + LATEST_START_MS) return;
  throw invalid([{ field: 'start_at', description: 'is more than ten years ahead; choose an earlier time' }]);
}

function checkExample(sid: string, example: CatalogExample, version: CatalogVersion): void {
  if (example.workflowSid !== version.workflowSid) {
    throw new HeroError('EXAMPLE_NOT_FOUND', `workflow ${version.workflowName} has no example ${sid}`, {
      metadata: { example_sid: sid },
    });
  }
  if (example.versionSid !== '' && example.versionSid !== version.versionSid) {
    throw invalid([{ field: 'example_sid', description: `is only for version ${example.versionSid}` }]);
  }
  if (example.resumes.reduce((sum, [, payload]) => sum + Buffer.byteLength(payload), 0) > MAX_DOCUMENT_BYTES) {
    throw invalid([{ field: 'example_sid', description: 'its answers together are larger than 4 MiB' }]);
  }
}

function examplePrefill(example: CatalogExample | undefined): PrefilledAnswer[] | undefined {
  if (example === undefined || example.resumes.length === 0) return undefined;
  return example.resumes.flatMap(([name, payload]) => prefilledAnswers(name, payload));
}

// Compared after the defaults of the version that the earlier play is pinned to: the current one may have others by now.
async function sameStart(
  deps: CommandDeps,
  start: StartPlay,
  example: CatalogExample | undefined,
  earlier: Play,
): Promise<Play> {
  const version = await deps.catalog.resolve({
    workflowSid: earlier.workflowSid,
    workflowName: '',
    versionSid: earlier.versionSid,
  });
  const sources = { inputData: start.inputData, example: example?.inputData ?? '{}' };
  const { inputData } = fillInputs(version.inputs, sources, deps.schemas);
  if (jsonEqual(inputData, await deps.store.inputData(earlier.sid))) return earlier;
  throw new HeroError(
    'IDEMPOTENCY_KEY_REUSED',
    `the idempotency key was used for play ${earlier.sid} with another input; take a new key for a new play`,
    { metadata: { play_sid: earlier.sid } },
  );
}

/** A start of which nothing is told but what the caller adds. */
export const PLAIN_START: StartPlay = {
  workflowSid: '',
  workflowName: '',
  versionSid: '',
  name: '',
  exampleSid: '',
  prefillResumesJson: '',
  idempotencyKey: '',
  tags: {},
  trigger: '',
  starter: '',
  parentSpanId: '',
  concurrencyKey: '',
  concurrencyLimit: 0,
  onConflict: 'queue',
  priority: 0,
  weights: { cost: 0, speed: 0, accuracy: 0 },
  userRequest: '',
  inputData: '',
};

interface Made {
  readonly sid: string;
  readonly now: number;
  readonly inputBytes: number;
  readonly prefillOnly: boolean;
  readonly warnings: readonly string[];
  readonly versionChoice?: string | undefined;
}

export function newPlay(start: StartPlay, version: CatalogVersion, made: Made): Play {
  return {
    sid: made.sid,
    workflowSid: version.workflowSid,
    workflowName: version.workflowName,
    ...(version.namespace === undefined ? {} : { namespace: version.namespace }),
    versionSid: version.versionSid,
    versionNumber: version.versionNumber,
    name: start.name === '' ? version.workflowName : start.name,
    status: 'pending',
    rev: 1,
    attempt: 0,
    lostLeases: 0,
    prefillOnly: made.prefillOnly,
    idempotencyKey: start.idempotencyKey,
    concurrencyKey: start.concurrencyKey,
    concurrencyLimit: start.concurrencyKey === '' ? 0 : start.concurrencyLimit || 1,
    limits: version.limits,
    priority: start.priority,
    tags: start.tags,
    trigger: start.trigger,
    ...startersOf(undefined, start.starter),
    ...(start.traceParent === undefined ? {} : { traceParent: start.traceParent }),
    versionChoice: made.versionChoice,
    parentPlaySid: '',
    parentSpanId: start.parentSpanId,
    parentResumeId: '',
    rootPlaySid: made.sid,
    depth: 0,
    warnings: made.warnings,
    spanCount: 0,
    createdAt: made.now,
    ...(start.startAt === undefined || start.startAt <= made.now ? {} : delayedUntil(start.startAt)),
    durationMs: 0,
    waitingMs: 0,
    sandboxTier: '',
    inputBytes: made.inputBytes,
    answerBytes: 0,
    childAnswerBytes: 0,
    questionBytes: 0,
    answers: 0,
  };
}

/** It takes its place in the order of the ready as of that time. */
function delayedUntil(startAt: number): Pick<Play, 'startAt' | 'notBefore' | 'readyAt'> {
  return { startAt, notBefore: startAt, readyAt: startAt };
}
