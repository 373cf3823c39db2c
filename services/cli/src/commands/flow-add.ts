// flow add FILE: a new flow, or a further version of the flow of that name.

import { readFile } from 'node:fs/promises';
import { basename } from 'node:path';
import { WorkflowSchema, WorkflowVersionSchema } from '@hero-logic/proto/herologic/registry/v1/workflow_pb';
import type { Context } from '../core/context.ts';
import { EXIT, type ExitCode } from '../core/exit-codes.ts';
import { failureJson, failureOf } from '../core/fail.ts';
import { toJson } from '../core/to-json.ts';
import { UsageError } from '../core/usage-error.ts';
import { putFlow } from '../flows/put-flow.ts';
import { readLimits } from '../flows/read-limits.ts';
import { sourceProblemLines, sourceProblems } from '../flows/source-problem.ts';
import { decode } from '../input/read-value.ts';
import { clean } from '../text/width.ts';

export interface FlowAddArgs {
  readonly file: string;
  readonly name?: string;
  readonly description?: string;
  readonly tag?: readonly string[];
  readonly notes?: string;
  readonly limit?: readonly string[];
  readonly setCurrent: boolean;
}

export async function flowAdd(context: Context, args: FlowAddArgs): Promise<ExitCode> {
  const { io, clients } = context;
  const limits = readLimits(args.limit);
  const source = await readSource(context, args.file);
  const name = args.name ?? basename(args.file).replace(/\.py$/, '');
  try {
    const put = await putFlow({
      client: clients.workflows,
      name,
      source,
      setCurrent: args.setCurrent,
      description: args.description,
      tags: args.tag,
      notes: args.notes,
      limits,
    });
    const { workflow, version, change } = put;
    if (context.json) {
      const json = {
        change,
        workflow: toJson(WorkflowSchema, workflow),
        version: toJson(WorkflowVersionSchema, version),
      };
      io.out(`${JSON.stringify(json)}\n`);
      return EXIT.ok;
    }
    const current = workflow.currentVersionSid === version.sid ? 'current' : 'not current';
    io.out(`${clean(workflow.name)} v${version.number} (${change}, ${current})\n`);
    return EXIT.ok;
  } catch (error) {
    const problems = sourceProblems(error);
    if (problems === undefined) throw error;
    const failure = failureOf(error, context.server);
    if (context.json) io.err(`${failureJson(failure)}\n`);
    else {
      const lines = problems.flatMap((problem) => sourceProblemLines(args.file, source, problem, io.columns()));
      io.err(`${[...lines, `[${failure.reason}]`].join('\n')}\n`);
    }
    return failure.exitCode;
  }

  async function readSource({ io }: Context, file: string): Promise<string> {
    if (file === '-') {
      if (args.name === undefined) throw new UsageError('a flow read from stdin needs --name');
      return decode(await io.readStdin(), 'stdin');
    }
    let bytes: Buffer;
    try {
      bytes = await readFile(file);
    } catch (error) {
      const code = (error as NodeJS.ErrnoException).code;
      throw new UsageError(code === 'ENOENT' ? `there is no file "${file}"` : `cannot read "${file}" (${code})`);
    }
    return decode(bytes, file);
  }
}
