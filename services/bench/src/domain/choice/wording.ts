// The choice in plain words.

import type { Evidence } from './evidence.ts';
import type { Judged } from './pick.ts';

export function successOf({ runs, succeeded }: Evidence): number {
  return (succeeded + 1) / (runs + 2);
}

export function durationOf({ logDuration }: Evidence): number | undefined {
  return logDuration && Math.exp(logDuration.mean);
}

/** "succeeded in 9 of 10 runs, scores 0.95, takes 1.2 s, costs 0.004 USD" */
export function factsOf(evidence: Evidence): string {
  const { runs, succeeded, accuracy, cost } = evidence;
  const duration = durationOf(evidence);
  return [
    `succeeded in ${succeeded} of ${runs} ${runs === 1 ? 'run' : 'runs'}`,
    ...(accuracy === undefined ? [] : [`scores ${figure(accuracy)}`]),
    duration === undefined ? 'has no known duration' : `takes ${time(duration)}`,
    cost === undefined ? 'has no known cost' : `costs ${figure(cost.mean)} USD a run`,
  ].join(', ');
}

export function reasoning(judged: readonly Judged[], unmeasured: number): string {
  const [best, next] = judged;
  if (best === undefined) return 'Nothing has been measured.';
  const sure = `version ${best.number} is expected to serve best (probability ${figure(best.winProbability)} that it is): it ${factsOf(best.evidence)}.`;
  const other =
    next === undefined
      ? ' No other version has been measured.'
      : ` Next is version ${next.number}: it ${factsOf(next.evidence)}.`;
  const left =
    unmeasured === 0
      ? ''
      : ` ${unmeasured} ${unmeasured === 1 ? 'version has' : 'versions have'} no benchmark: not chosen, but possibly better.`;
  return `${sure[0]?.toUpperCase()}${sure.slice(1)}${other}${left}`;
}

export function explorationOf({ number, winProbability }: Judged, share: number): string {
  return ` To learn more, version ${number} is taken this time (probability ${figure(winProbability)} that it is the best; ${figure(share * 100)} % of the choices explore).`;
}

function time(ms: number): string {
  return ms < 1000 ? `${figure(ms)} ms` : `${figure(ms / 1000)} s`;
}

function figure(value: number): string {
  return String(Number(value.toPrecision(3)));
}
