// The process of a run: takes an interpreter, stages the play, lets it run to its end, and decides what that end means.

import { constants } from 'node:os';
import { networkRefusal } from '../domain/limits.ts';
import { type Decision, decideOutcome, type RunFacts, unreadableLines } from '../domain/outcome.ts';
import type { PlayFeed } from '../ingest/play-feed.ts';
import type { PlayRecord } from '../ingest/play-record.ts';
import type { Interpreter, InterpreterEnd, StagedFiles } from '../interpreters/interpreter.ts';
import type { Environment } from '../packages/environments.ts';
import { PackageFailure } from '../packages/package-failure.ts';
import { brokerEnvironment, hideBrokerKey } from './broker.ts';
import type { RunnableVersion } from './catalog.ts';
import { hasToEnd, type LimitedRun } from './context.ts';
import { converse } from './converse.ts';
import { createHider } from './hider.ts';
import { createCallers, openOutside } from './outside.ts';
import { preparePackages } from './prepare-packages.ts';
import { environmentOf, stageFiles } from './stage.ts';

export interface Performance {
  readonly decision: Decision;
  /** No process could be had, or it could not be given the play: not the play's fault, and worth a pause. */
  readonly isSandboxDown?: boolean;
  /** Gives the process back; after the report, because a new spare is made then. */
  readonly release?: () => void;
}

export interface PerformOptions {
  readonly run: LimitedRun;
  /** Opened when it is first asked for. */
  readonly openRecord: () => Promise<PlayRecord>;
  readonly version: RunnableVersion;
  /** Called with the process as it starts: from then on it can be stopped. */
  readonly onProcess: (process: Interpreter) => void;
}

export async function perform(options: PerformOptions): Promise<Performance> {
  const { run, openRecord } = options;
  const { deps, log } = run;
  const unstarted = async () => ({ decision: decideOutcome(await factsOf(run, await openRecord())) });
  if (hasToEnd(run)) return unstarted();
  const refused = networkRefusal(run.limits.network, {
    most: deps.config.networkMost,
    canHosts: deps.interpreters.canHosts && deps.proxy !== undefined,
    tier: deps.interpreters.tier,
  });
  if (refused !== undefined) return { decision: { outcome: 'failed', error: refused } };
  let packages: Environment | undefined;
  try {
    packages = await preparePackages(run, openRecord, options.version);
  } catch (error) {
    if (!(error instanceof PackageFailure)) throw error;
    return { decision: { outcome: 'failed', error: error.toFlowError() } };
  }
  if (hasToEnd(run)) return unstarted();
  const { network, cpuS, memoryMb, diskMb, openFiles, threads } = run.limits;
  const mayShare = options.version.limits.isolation === 'version' && deps.config.isolationLeast === 'version';
  let process: Interpreter;
  try {
    process = await deps.interpreters.take({
      ...{ network, cpuS, memoryMb, diskMb, openFiles, threads, packages },
      sharedBy: mayShare ? options.version.sid : undefined,
    });
  } catch (error) {
    log.error({ err: error }, 'no interpreter could be had; the play goes back');
    return { decision: { outcome: 'released' }, isSandboxDown: true };
  }
  const release = () => {
    deps.interpreters.release(process).catch((err: unknown) => log.error({ err }, 'an interpreter was not released'));
  };
  try {
    return { decision: await play(options, process), release };
  } catch (error) {
    log.error({ err: error }, 'a play could not be given to its process; it goes back');
    return { decision: { outcome: 'released' }, isSandboxDown: true, release };
  }
}

async function play({ run, openRecord, version, onProcess }: PerformOptions, process: Interpreter): Promise<Decision> {
  const { deps, claim, limits } = run;
  const hider = createHider();
  hideBrokerKey(run, hider);
  const callers = createCallers();
  if (hasToEnd(run)) return decideOutcome(await factsOf(run, await openRecord()));
  const outside = openOutside({ run, openRecord, process, callers, hider });
  const staging = Promise.withResolvers<StagedFiles>();
  process.start({
    source: version.source,
    env: { ...environmentOf(claim, version), ...brokerEnvironment(run), ...outside.env },
    staging: staging.promise,
    limits: { cpuS: limits.cpuS, memoryMb: limits.memoryMb },
  });
  onProcess(process);
  // Both while the process begins: it waits for its files, and what it says waits for the tree.
  staging.resolve(stageFiles({ dir: process.dir, claim, version, steps: deps.stores.steps }));
  await staging.promise.catch(async (error: unknown) => {
    await outside.close();
    throw error;
  });
  const record = await openRecord();
  const feed = converse({ run, process, record, version, hider, callers });
  const ended = await endOf(run, record, process);
  await outside.close();
  const exit = { ...ended, output: hider.hide(ended.output) };
  await feed.idle();
  if (feed.unreadable() > 0) run.warnings.push(unreadableLines(feed.unreadable()));
  addOutput(record, exit.output, deps.clock.now());
  return decideOutcome(await factsOf(run, record, { exit, feed }));
}

/**
 * How the process ended. Where the flow has returned and the process has let go of the wire, its exit can tell nothing more, and nobody
 * waits for it: the kernel takes a process apart for about 2.5 ms.
 */
async function endOf(run: LimitedRun, record: PlayRecord, process: Interpreter): Promise<InterpreterEnd> {
  const { output } = await process.hungUp;
  if (!record.hasReturned() || run.stopped() !== undefined) return process.ended;
  return { code: 0, signal: null, cpuMs: 0, maxRssKb: 0, output };
}

async function factsOf(
  run: LimitedRun,
  record: PlayRecord,
  end?: { readonly exit: InterpreterEnd; readonly feed: PlayFeed },
): Promise<RunFacts> {
  const { exit, feed } = end ?? {};
  const hasRootStarted = record.tree.hasRootStarted();
  return {
    exit: exit && { code: exit.code, signal: signalName(exit.signal) },
    stopped: run.stopped(),
    limits: run.limits,
    cpuMs: exit?.cpuMs ?? 0,
    maxRssKb: exit?.maxRssKb ?? 0,
    rootOutput: exit?.code === 0 ? await record.rootOutput() : undefined,
    hasRootStarted,
    rootError: hasRootStarted ? record.tree.root()?.error : undefined,
    openPauses: feed?.openPauses() ?? 0,
    unreadable: feed?.unreadable() ?? 0,
    stderr: [feed?.stderrTail(), exit?.output].filter(Boolean).join('\n'),
  };
}

/** What was written past the SDK belongs to the root. */
function addOutput(record: PlayRecord, output: string, atMs: number): void {
  if (output === '') return;
  for (const text of output.trimEnd().split('\n')) {
    record.apply({ event: 'span_log', spanId: '', stream: 'stdout', text, atMs });
  }
}

function signalName(signal: number | null): string | null {
  if (signal === null) return null;
  return Object.entries(constants.signals).find(([, number]) => number === signal)?.[0] ?? `signal ${signal}`;
}
