// The end of a run: the executor says how it went, the play becomes what follows from that.

import { documentProblem } from '@hero-logic/platform';
import type { PlayStatus } from '../play.ts';
import { type RunReport, report } from '../run.ts';
import { type CommandDeps, publishChange } from './deps.ts';

export interface ReportPlay {
  readonly playSid: string;
  readonly run: RunReport;
  /** JSON text, for success; empty = null. */
  readonly outputData: string;
}

export async function reportPlay(deps: CommandDeps, { playSid, run, outputData }: ReportPlay): Promise<PlayStatus> {
  const output = outputData === '' ? 'null' : outputData;
  const checked = checkedRun(run, output);
  const now = deps.clock.now();
  const status = await deps.store.change(playSid, (found, facts) => {
    const { play, status } = report(found, checked, facts, now);
    const ends = play !== found && play.status === 'success';
    return { play, result: status, ...(ends ? { outputData: output } : {}) };
  });
  publishChange(deps, { sid: playSid, status });
  return status;
}

// An output that could not be stored as a document must still end the play.
function checkedRun(run: RunReport, output: string): RunReport {
  const problem = run.outcome === 'success' ? documentProblem(output) : undefined;
  if (problem === undefined) return run;
  const message = `the output of the flow ${problem}`;
  return { ...run, outcome: 'failed', error: { type: 'InvalidOutput', message, traceback: '' } };
}
