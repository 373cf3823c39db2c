// Chooses a version of a workflow from what its benchmarks and its plays of late have shown.

import { HeroError } from '@hero-logic/platform';
import type { RunResult } from '../benchmark.ts';
import { meanDifficulty } from '../example-difficulty.ts';
import type { BenchmarkStore, BenchVersion, Library, Plays } from '../ports.ts';
import { combinedDifficulty, difficultyOf } from './difficulty.ts';
import { evidenceOf } from './evidence.ts';
import { explore } from './explore.ts';
import { type Contender, type Judged, judge, type Weights } from './pick.ts';
import { durationOf, explorationOf, factsOf, reasoning, successOf } from './wording.ts';

export interface PickDeps {
  readonly store: BenchmarkStore;
  readonly library: Library;
  readonly plays: Plays;
  /** Name of a flow that rates a request ({"request"} -> a number from 0 to 1); empty = the text alone. */
  readonly ratingFlow: string;
  /** Share of the choices that are made to learn more, 0 (the best is always taken) to 1. */
  readonly exploration: number;
}

export interface Pick {
  readonly workflowSid: string;
  readonly request: string;
  readonly weights: Weights;
}

export interface PickedCandidate {
  readonly versionSid: string;
  readonly number: number;
  readonly score: number;
  readonly runs: number;
  readonly success?: number | undefined;
  readonly accuracy?: number | undefined;
  readonly avgDurationMs?: number | undefined;
  readonly avgCostUsd?: number | undefined;
  readonly winProbability: number;
  readonly reason: string;
}

export interface Picked {
  readonly versionSid: string;
  readonly confidence: number;
  readonly reasoning: string;
  readonly difficulty: number;
  /** Chosen to learn more of it. */
  readonly explored: boolean;
  readonly candidates: readonly PickedCandidate[];
}

/** Plays of late that count beside the benchmarks. */
const RECENT_PLAYS = 50;
const RATE_WITHIN_MS = 20_000;
/** Versions without a benchmark that count, and may be drawn: the newest. */
const MOST_UNMEASURED = 20;

export async function pickVersion(deps: PickDeps, { workflowSid, request, weights }: Pick): Promise<Picked> {
  const workflow = await deps.library.workflow(workflowSid);
  if (workflow.versions.length === 0) {
    throw new HeroError('WORKFLOW_HAS_NO_VERSION', `workflow "${workflow.name}" has no version to choose from`, {
      metadata: { workflow_sid: workflowSid },
    });
  }
  const rated = await rate(deps, request, workflow.namespace);
  const measured = await measuredVersions(deps, workflow.versions);
  const difficulty = combinedDifficulty(rated, meanDifficulty(measured.flatMap(({ runs }) => runs)));
  const known = new Set(measured.map(({ contender }) => contender.versionSid));
  const rest = workflow.versions.filter(({ sid }) => !known.has(sid));
  const others = await unmeasuredContenders(deps, rest.slice(0, MOST_UNMEASURED), measured.length > 0);
  const judged = judge([...measured.map(({ contender }) => contender), ...others], weights, difficulty);
  const isMeasured = ({ versionSid }: Judged) => known.has(versionSid);
  const best = judged.find(isMeasured);
  const usual = best?.versionSid ?? workflow.currentVersionSid;
  const other = explore(judged, usual, deps.exploration, request);
  const why = best === undefined ? UNMEASURED : reasoning(judged.filter(isMeasured), rest.length);
  const left = rest.filter(({ sid }) => judged.every((j) => j.versionSid !== sid));
  return {
    versionSid: other?.versionSid ?? usual,
    confidence: (other ?? best)?.winProbability ?? 0,
    reasoning: `${why}${other === undefined ? '' : explorationOf(other, deps.exploration)}`,
    difficulty,
    explored: other !== undefined,
    candidates: [...judged.map((j) => candidate(j, isMeasured(j))), ...left.map(unmeasuredCandidate)],
  };
}

interface Measured {
  readonly contender: Contender;
  readonly runs: readonly RunResult[];
}

async function measuredVersions(deps: PickDeps, versions: readonly BenchVersion[]): Promise<Measured[]> {
  const found = await Promise.all(
    versions.map(async (version) => {
      const latest = await deps.store.latestDone(version.sid);
      if (latest === undefined || latest.runs.length === 0) return [];
      const runs = latest.runs.map((run) => run.result);
      return [{ runs, contender: await contenderOf(deps, version, runs) }];
    }),
  );
  return found.flat();
}

/**
 * None of them is taken for the best, but each may be it: the confidence is less for that. Where exploration is on they are drawn, and what their
 * plays show decides how often.
 */
async function unmeasuredContenders(
  deps: PickDeps,
  versions: readonly BenchVersion[],
  isAnyMeasured: boolean,
): Promise<Contender[]> {
  if (deps.exploration > 0) return Promise.all(versions.map((version) => contenderOf(deps, version, [])));
  if (!isAnyMeasured) return [];
  return versions.map(({ sid, number }) => ({ versionSid: sid, number, evidence: evidenceOf([], []) }));
}

async function contenderOf(
  { plays }: PickDeps,
  { sid, number }: BenchVersion,
  runs: readonly RunResult[],
): Promise<Contender> {
  return { versionSid: sid, number, evidence: evidenceOf(runs, await plays.recent(sid, RECENT_PLAYS)) };
}

async function rate({ plays, ratingFlow }: PickDeps, request: string, namespace: string): Promise<number> {
  if (ratingFlow === '' || request.trim() === '') return difficultyOf(request);
  const called = { flow: ratingFlow, namespace, inputData: JSON.stringify({ request }), key: '' };
  // A request that cannot be rated in time, or whose namespace lacks the flow, is rated by its words.
  const reply = await plays.call(called, AbortSignal.timeout(RATE_WITHIN_MS)).catch(() => undefined);
  const rated = reply?.output === undefined ? Number.NaN : Number(reply.output);
  return rated >= 0 && rated <= 1 ? rated : difficultyOf(request);
}

const UNMEASURED =
  'No version has a finished benchmark, so the current version is taken. Run benchmark_run to compare versions.';
const NO_BENCHMARK = 'has no finished benchmark';

function unmeasuredCandidate({ sid, number }: BenchVersion): PickedCandidate {
  return { versionSid: sid, number, score: 0, runs: 0, winProbability: 0, reason: NO_BENCHMARK };
}

function candidate(
  { versionSid, number, evidence, score, winProbability }: Judged,
  isMeasured: boolean,
): PickedCandidate {
  const { runs, accuracy, cost } = evidence;
  const facts = runs === 0 ? '' : factsOf(evidence);
  return {
    versionSid,
    number,
    score,
    runs,
    success: runs === 0 ? undefined : successOf(evidence),
    accuracy,
    avgDurationMs: durationOf(evidence),
    avgCostUsd: cost?.mean,
    winProbability,
    reason: isMeasured ? facts : [NO_BENCHMARK, ...(facts === '' ? [] : [`of its plays it ${facts}`])].join('; '),
  };
}
