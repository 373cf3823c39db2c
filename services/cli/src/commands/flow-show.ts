// flow show NAME: what a flow takes, gives and has been; --source prints one version's Python as it is stored.

import { timeFromPb } from '@hero-logic/platform/client';
import type { FlowField } from '@hero-logic/proto/herologic/registry/v1/flow_field_pb';
import {
  type Workflow,
  WorkflowSchema,
  type WorkflowVersion,
  WorkflowVersionSchema,
} from '@hero-logic/proto/herologic/registry/v1/workflow_pb';
import type { Context } from '../core/context.ts';
import { EXIT, type ExitCode } from '../core/exit-codes.ts';
import { chooseVersion, resolveFlow } from '../core/resolve-flow.ts';
import { toJson } from '../core/to-json.ts';
import { UsageError } from '../core/usage-error.ts';
import { fieldTypeWord } from '../core/words.ts';
import { ago } from '../text/duration.ts';
import { clean, cleanLines } from '../text/width.ts';

export interface FlowShowArgs {
  readonly flow: string;
  readonly source?: boolean;
  readonly flowVersion?: string;
}

export async function flowShow(context: Context, args: FlowShowArgs): Promise<ExitCode> {
  const { io, clients } = context;
  const flow = await resolveFlow(clients, args.flow);
  const chosen = chooseVersion(flow, args.flowVersion);
  if (args.source) {
    if (chosen === undefined)
      throw new UsageError(`flow "${flow.name}" has no current version; name one with --flow-version`);
    const version = await clients.workflows.getVersion({ versionSid: chosen.sid });
    io.out(context.json ? `${JSON.stringify(toJson(WorkflowVersionSchema, version))}\n` : version.pythonSource);
    return EXIT.ok;
  }
  if (context.json) io.out(`${JSON.stringify(toJson(WorkflowSchema, flow))}\n`);
  else io.out(`${flowLines(flow, chosen, context.clock.now()).join('\n')}\n`);
  return EXIT.ok;
}

function flowLines(flow: Workflow, version: WorkflowVersion | undefined, now: number): string[] {
  const lines = [`${clean(flow.name)}${flow.archived ? '  (archived)' : ''}  ${flow.sid}`];
  if (flow.description !== '') lines.push(...cleanLines(flow.description));
  if (flow.tags.length > 0) lines.push(`tags: ${flow.tags.map(clean).join(', ')}`);
  if (version !== undefined) {
    lines.push('', `inputs of v${version.number}:`, ...fieldLines(version.inputs));
    lines.push(`outputs of v${version.number}:`, ...fieldLines(version.outputs));
  }
  lines.push('', 'versions:');
  for (const v of flow.versions) {
    const notes = v.notes === '' ? '' : `  ${clean(v.notes)}`;
    const label = v.label === `v${v.number}` ? '' : `  ${clean(v.label)}`;
    const current = v.sid === flow.currentVersionSid ? '  current' : '';
    lines.push(`  v${v.number}${label}${current}  ${ago(now - (timeFromPb(v.createdAt) ?? now))}  ${v.sid}${notes}`);
  }
  if (flow.versions.length === 0) lines.push('  none yet');
  return lines;
}

function fieldLines(fields: readonly FlowField[]): string[] {
  if (fields.length === 0) return ['  none'];
  return fields.map((f) => {
    const need = f.default !== '' ? `, default ${clean(f.default)}` : f.required ? ', required' : '';
    const about = f.description === '' ? '' : `  ${clean(f.description)}`;
    return `  ${clean(f.name)} (${fieldTypeWord(f.fieldType)}${need})${about}`;
  });
}
