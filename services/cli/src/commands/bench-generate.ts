// bench generate FLOW: examples that another flow thinks of.

import type { Context } from '../core/context.ts';
import { EXIT, type ExitCode } from '../core/exit-codes.ts';
import { chooseVersion, resolveFlow } from '../core/resolve-flow.ts';
import { clean } from '../text/width.ts';

export interface BenchGenerateArgs {
  readonly flow: string;
  readonly by?: string;
  readonly count?: number;
  readonly flowVersion?: string;
}

export async function benchGenerate({ io, json, clients }: Context, args: BenchGenerateArgs): Promise<ExitCode> {
  const flow = await resolveFlow(clients, args.flow);
  const { exampleSids, rejected } = await clients.benchmarks.generateExamples({
    workflowSid: flow.sid,
    versionSid: chooseVersion(flow, args.flowVersion)?.sid ?? '',
    flow: args.by ?? '',
    count: args.count ?? 0,
  });
  if (json) {
    io.out(`${JSON.stringify({ example_sids: exampleSids, rejected })}\n`);
    return EXIT.ok;
  }
  io.out(`${exampleSids.length} ${exampleSids.length === 1 ? 'example' : 'examples'} of ${clean(flow.name)}\n`);
  for (const problem of rejected) io.err(`not saved: ${clean(problem)}\n`);
  return EXIT.ok;
}
