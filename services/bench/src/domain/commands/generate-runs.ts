// The part of a benchmark that is planned only once a flow has thought of inputs. Done again after a crash it comes to the same: the flow is found by its
// key, an input is one example, a run is planned once.

import { HeroError } from '@hero-logic/platform';
import { type Benchmark, generateKey, planOf } from '../benchmark.ts';
import type { BenchmarkStore } from '../ports.ts';
import { type GenerateDeps, generateExamples } from './generate-examples.ts';

/** The benchmark with its whole plan. FLOW_GAVE_NOTHING, WORKFLOW_HAS_NO_EXAMPLE. */
export async function generateRuns(
  deps: GenerateDeps & { readonly store: BenchmarkStore },
  benchmark: Benchmark,
  abort: AbortSignal,
): Promise<Benchmark> {
  const { toGenerate, sid, workflowSid, versionSid } = benchmark;
  if (toGenerate === undefined) return benchmark;
  const { flow, count, repeats } = toGenerate;
  const planned = new Set(toGenerate.plannedSids);
  const known = (await deps.library.examples(workflowSid)).filter((example) => planned.has(example.sid));
  const made = await generateExamples(
    deps,
    { workflowSid, versionSid, flow, count, key: generateKey(sid), known },
    abort,
  );
  const added = made.exampleSids.filter((exampleSid) => !planned.has(exampleSid));
  if (benchmark.plannedRuns + added.length === 0) {
    const why = made.rejected.length === 0 ? 'it gave none' : made.rejected.join(' | ');
    throw new HeroError(
      'WORKFLOW_HAS_NO_EXAMPLE',
      `there is nothing to run over: no input of "${flow}" could be used (${why})`,
      { metadata: { workflow_sid: workflowSid, version_sid: versionSid, flow } },
    );
  }
  const runs = planOf(added, repeats, benchmark.plannedRuns);
  const next = await deps.store.extendPlan(sid, runs, (now) =>
    now.toGenerate === undefined
      ? now
      : {
          ...now,
          toGenerate: undefined,
          generated: { flow, ...made },
          plannedRuns: benchmark.plannedRuns + runs.length,
        },
  );
  return next ?? benchmark;
}
