/**
 * Runs a version against the record of a play, in a sandbox without network, in the mode of the SDK that runs no step
 * and records nothing (docs/wire.md, "A dry replay"). Nothing of the play changes. At most two at a time, so that plays
 * keep the machine; each ends within a minute.
 */

import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Clock, HeroError, type Log, toHeroError } from '@hero-logic/platform';
import { tailOf } from '../domain/cut.ts';
import { type KnownSpan, knownSpans } from '../domain/dry-record.ts';
import { type Limits, limitsOf } from '../domain/limits.ts';
import type { Stores } from '../domain/ports.ts';
import { isInternal, isOfVersion } from '../domain/record-copy.ts';
import { presentSpans } from '../domain/span-tree.ts';
import type { Interpreter, InterpreterEnd, Interpreters } from '../interpreters/interpreter.ts';
import type { Environments } from '../packages/environments.ts';
import type { Catalog, RunnableVersion } from '../run/catalog.ts';
import type { Answer } from '../run/claim.ts';
import { environmentOf, stageFiles } from '../run/stage.ts';
import { type DryReport, talkDry } from './dry-process.ts';
import { readHeads, readSpans } from './read-record.ts';

export interface DryReplay {
  readonly playSid: string;
  readonly recordedVersionSid: string;
  readonly versionSid: string;
  readonly workflowName: string;
  readonly input: string;
  readonly answers: readonly Answer[];
}

export interface DryReplayDeps {
  readonly stores: Stores;
  readonly catalog: Catalog;
  readonly interpreters: Interpreters;
  readonly environments?: Environments | undefined;
  readonly defaultLimits: Limits;
  readonly clock: Clock;
  readonly log: Log;
}

export type RunDryReplay = (request: DryReplay, abort: AbortSignal) => Promise<DryReport>;

const WALL_MS = 60_000;
const AT_ONCE = 2;
const SPANS_FILE = 'replay-spans.jsonl';
const TAIL = 2000;

export function createDryReplay(deps: DryReplayDeps): RunDryReplay {
  const turns = createTurns(AT_ONCE);
  return (request, abort) => turns(() => replay(deps, request, abort));
}

async function replay(deps: DryReplayDeps, request: DryReplay, abort: AbortSignal): Promise<DryReport> {
  const { stores, catalog, interpreters } = deps;
  const version = await catalog.version(request.versionSid);
  const { cpuS, memoryMb } = limitsOf(version.limits, deps.defaultLimits);
  const spans = presentSpans(await readSpans(stores, request.playSid)).map(({ span }) => span);
  const root = spans.find((span) => span.kind === 'flow_root');
  const isWanted = (step: { spanId: string; name: string }) => step.spanId !== root?.spanId || isInternal(step.name);
  const heads = (await readHeads(stores, request.playSid)).filter(
    (step) => isOfVersion(step, request.recordedVersionSid) && isWanted(step),
  );
  abort.throwIfAborted();
  const packages = await packagesOf(deps, version);
  abort.throwIfAborted();
  const process = await take(interpreters, { network: 'none', cpuS, memoryMb, packages });
  try {
    const talk = talkDry(process, (name, versionSid) => catalog.lookup(name, versionSid, request.versionSid));
    const known = knownSpans(spans, heads);
    writeFileSync(join(process.dir, SPANS_FILE), known.map(knownLine).join(''), { mode: 0o644 });
    const claim = claimOf(request, root?.parentId ?? '', deps.clock.now());
    const staged = await stageFiles({ dir: process.dir, claim, version, steps: stores.steps, wanted: isWanted });
    const env = { ...environmentOf(claim, version), ...staged.env };
    const { source } = version;
    process.start({ source, env: { ...env, HERO_REPLAY_DRY: SPANS_FILE }, limits: { cpuS, memoryMb } });
    const { exit, isLate } = await within(deps.clock, process, abort);
    abort.throwIfAborted();
    const recorded = heads.filter((step) => !isInternal(step.name)).length;
    return talk.report() ?? unreported(exit, isLate, recorded);
  } finally {
    interpreters.release(process).catch((err: unknown) => deps.log.error({ err }, 'an interpreter was not released'));
  }
}

async function packagesOf({ environments }: DryReplayDeps, { packages }: RunnableVersion) {
  if (packages.dependencies.length === 0) return undefined;
  try {
    return (await environments?.prepare(packages))?.environment;
  } catch (error) {
    throw new HeroError('UNAVAILABLE', `the packages of the version could not be had: ${(error as Error).message}`);
  }
}

async function take(interpreters: Interpreters, policy: Parameters<Interpreters['take']>[0]): Promise<Interpreter> {
  try {
    return await interpreters.take(policy);
  } catch (cause) {
    throw new HeroError('UNAVAILABLE', 'no interpreter could be had for the replay; try again', { cause });
  }
}

/** One line of the file that HERO_REPLAY_DRY names. */
function knownLine({ spanId, ...known }: KnownSpan): string {
  return `${JSON.stringify({ span_id: spanId, ...known })}\n`;
}

/** Under the version that recorded it, and below the span that its root stood below: the identities of its steps and spans. */
function claimOf(request: DryReplay, parentSpanId: string, nowMs: number) {
  return {
    ...{ playSid: request.playSid, leaseToken: '', versionSid: request.recordedVersionSid, parentSpanId },
    ...{ workflowName: request.workflowName, input: request.input || '{}', answers: request.answers },
    ...{ ranMs: 0, startedMs: nowMs, attempt: 1 },
  };
}

async function within(
  clock: Clock,
  process: Interpreter,
  abort: AbortSignal,
): Promise<{ exit: InterpreterEnd; isLate: boolean }> {
  const over = new AbortController();
  let isLate = false;
  const kill = () => process.kill('KILL');
  abort.addEventListener('abort', kill, { once: true });
  void clock.sleep(WALL_MS, over.signal).then(() => {
    if (over.signal.aborted) return;
    isLate = true;
    kill();
  });
  const exit = await process.ended;
  over.abort();
  abort.removeEventListener('abort', kill);
  return { exit, isLate };
}

/** The process ended without saying how far it came. */
function unreported(exit: InterpreterEnd, isLate: boolean, recorded: number): DryReport {
  const tail = tailOf(exit.output, TAIL);
  const how = exit.signal === null ? `exit code ${exit.code}` : `signal ${exit.signal}`;
  const reached = isLate ? `its limit of ${WALL_MS / 1000} s` : `the end of its process (${how})`;
  const message = `the replay came to ${reached} before it could say what it met${tail === '' ? '' : `: ${tail}`}`;
  return { ...{ matched: 0, recorded, expected: '', met: '', sourceFile: '', sourceLine: 0 }, message, reached };
}

/** Runs at most so many works at a time, in the order in which they came. */
function createTurns(atOnce: number): <T>(work: () => Promise<T>) => Promise<T> {
  const waiting: (() => void)[] = [];
  let running = 0;
  return async (work) => {
    if (running >= atOnce) await new Promise<void>((resolve) => waiting.push(resolve));
    else running += 1;
    try {
      return await work();
    } catch (error) {
      throw toHeroError(error);
    } finally {
      const next = waiting.shift();
      if (next === undefined) running -= 1;
      else next(); // takes over the turn
    }
  };
}
