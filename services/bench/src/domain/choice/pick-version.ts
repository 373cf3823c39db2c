// Chooses a version of a workflow from what its benchmarks and its plays of late have shown.

import type { BenchmarkStore, BenchVersion, BenchWorkflow, Library, Plays } from '../ports.ts';
import { difficultyOf } from './difficulty.ts';
import { type Evidence, evidenceOf } from './evidence.ts';
import { explore } from './explore.ts';
import { type Contender, judge, type Weights } from './pick.ts';
import { durationOf, explorationOf, factsOf, reasoning, successOf } from './wording.ts';

export interface PickDeps {
  readonly store: BenchmarkStore;
  readonly library: Library;
  readonly plays: Plays;
  /** Name of a flow that rates a request ({"request"} -> a number from 0 to 1); empty = the text alone. */
  readonly ratingFlow: string;
  /** Share of the choices that are made to learn more, 0 to 1. */
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

export async function pickVersion(deps: PickDeps, { workflowSid, request, weights }: Pick): Promise<Picked> {
  const workflow = await deps.library.workflow(workflowSid);
  const difficulty = await rate(deps, request, workflow.namespace);
  const measured = await measuredVersions(deps, workflow.versions);
  if (measured.length === 0) return unmeasuredChoice(workflow, difficulty);
  const judged = judge(measured, weights, difficulty);
  const rest = workflow.versions.filter((v) => measured.every((m) => m.versionSid !== v.sid));
  const other = explore(judged, deps.exploration, request);
  const chosen = other ?? judged[0];
  return {
    versionSid: chosen?.versionSid ?? '',
    confidence: chosen?.winProbability ?? 0,
    reasoning: `${reasoning(judged, rest.length)}${other === undefined ? '' : explorationOf(other, deps.exploration)}`,
    difficulty,
    explored: other !== undefined,
    candidates: [
      ...judged.map((j) => candidate(j.versionSid, j.number, j.evidence, j.score, j.winProbability)),
      ...rest.map(unmeasuredCandidate),
    ],
  };
}

async function measuredVersions(deps: PickDeps, versions: readonly BenchVersion[]): Promise<Contender[]> {
  const found = await Promise.all(
    versions.map(async ({ sid, number }) => {
      const latest = await deps.store.latestDone(sid);
      if (latest === undefined || latest.runs.length === 0) return [];
      const recent = await deps.plays.recent(sid, RECENT_PLAYS);
      const evidence = evidenceOf(
        latest.runs.map((run) => run.result),
        recent,
      );
      return [{ versionSid: sid, number, evidence }];
    }),
  );
  return found.flat();
}

async function rate({ plays, ratingFlow }: PickDeps, request: string, namespace: string): Promise<number> {
  if (ratingFlow === '' || request.trim() === '') return difficultyOf(request);
  const called = { flow: ratingFlow, namespace, inputData: JSON.stringify({ request }), key: '' };
  // A namespace without the flow has its requests rated by their words.
  const output = await plays.call(called, AbortSignal.timeout(RATE_WITHIN_MS)).catch(() => undefined);
  const rated = output === undefined ? Number.NaN : Number(output);
  return rated >= 0 && rated <= 1 ? rated : difficultyOf(request);
}

function unmeasuredChoice({ versions, currentVersionSid }: BenchWorkflow, difficulty: number): Picked {
  return {
    versionSid: currentVersionSid,
    confidence: 0,
    reasoning:
      'No version has a finished benchmark, so the current version is taken. Run benchmark_run to compare versions.',
    difficulty,
    explored: false,
    candidates: versions.map(unmeasuredCandidate),
  };
}

function unmeasuredCandidate({ sid, number }: BenchVersion): PickedCandidate {
  return { versionSid: sid, number, score: 0, runs: 0, winProbability: 0, reason: 'has no finished benchmark' };
}

function candidate(
  versionSid: string,
  number: number,
  evidence: Evidence,
  score: number,
  winProbability: number,
): PickedCandidate {
  return {
    versionSid,
    number,
    score,
    runs: evidence.runs,
    success: successOf(evidence),
    accuracy: evidence.accuracy,
    avgDurationMs: durationOf(evidence),
    avgCostUsd: evidence.cost?.mean,
    winProbability,
    reason: factsOf(evidence),
  };
}
