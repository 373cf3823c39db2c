// bench compare BASE OTHER: differences example by example, with their intervals.

import {
  CompareBenchmarksResponseSchema,
  type Difference,
} from '@hero-logic/proto/herologic/bench/v1/benchmark_service_pb';
import type { Context } from '../core/context.ts';
import { EXIT, type ExitCode } from '../core/exit-codes.ts';
import { allExamples } from '../core/resolve-example.ts';
import { toJson } from '../core/to-json.ts';
import { clean } from '../text/width.ts';
import { figure } from './bench-show.ts';

export async function benchCompare(
  { io, clients, json }: Context,
  args: { readonly base: string; readonly other: string },
): Promise<ExitCode> {
  const found = await clients.benchmarks.compareBenchmarks({ baseSid: args.base, otherSid: args.other });
  if (json) {
    io.out(`${JSON.stringify(toJson(CompareBenchmarksResponseSchema, found))}\n`);
    return EXIT.ok;
  }
  const lines = [
    `examples  ${found.examples.length} compared${more(found.unpairedExampleSids, 'in one only')}${more(found.changedExampleSids, 'whose inputs have changed')}`,
    `success   ${difference(found.success, 100, ' points')}`,
    `accuracy  ${found.isScoredDifferently ? 'not compared: the two were scored in different ways' : difference(found.score, 100, ' points')}`,
    `duration  ${difference(found.durationMs, 1, ' ms')}`,
    `cost      ${difference(found.costUsd, 1, ' USD')}`,
  ];
  if (found.regressedExampleSids.length > 0) {
    const { workflowSid } = await clients.benchmarks.getBenchmark({ benchmarkSid: args.base });
    const names = new Map((await allExamples(clients, workflowSid)).map((e) => [e.sid, e.name]));
    for (const sid of found.regressedExampleSids) lines.push(`worse     ${clean(names.get(sid) ?? 'deleted')}  ${sid}`);
  }
  io.out(`${lines.join('\n')}\n`);
  return EXIT.ok;
}

function more(sids: readonly string[], what: string): string {
  return sids.length === 0 ? '' : `, ${sids.length} ${what}`;
}

/** "+12 points (95 %: +3 to +21)" */
function difference(found: Difference | undefined, factor: number, unit: string): string {
  if (found?.mean === undefined) return 'nothing to compare';
  const signed = (value: number) => `${value > 0 ? '+' : ''}${figure(value * factor)}`;
  const interval =
    found.low === undefined || found.high === undefined ? '' : ` (95 %: ${signed(found.low)} to ${signed(found.high)})`;
  return `${signed(found.mean)}${unit}${interval}`;
}
