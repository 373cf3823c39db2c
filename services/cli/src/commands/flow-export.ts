// flow export FOLDER [NAME...]: flows with their versions and examples as files that people read and put under version control.

import type { FlowBundle } from '@hero-logic/proto/herologic/registry/v1/flow_bundle_pb';
import type { Context } from '../core/context.ts';
import { EXIT, type ExitCode } from '../core/exit-codes.ts';
import { resolveFlow } from '../core/resolve-flow.ts';
import { UsageError } from '../core/usage-error.ts';
import { fetchBundle } from '../flow-folder/fetch-bundle.ts';
import { placesFor, writeFolder } from '../flow-folder/folders.ts';
import { clean } from '../text/width.ts';
import { allFlows } from './flow-list.ts';

export interface FlowExportArgs {
  readonly folder: string;
  /** None = every flow. */
  readonly names: readonly string[];
}

export async function flowExport(context: Context, { folder, names }: FlowExportArgs): Promise<ExitCode> {
  const { io, clients } = context;
  const flows =
    names.length === 0
      ? await allFlows(clients, {})
      : await Promise.all(names.map((name) => resolveFlow(clients, name)));
  const bundles: FlowBundle[] = [];
  for (const { sid } of flows) bundles.push(await fetchBundle(clients, sid));
  const done = inFolder(folder, () => {
    const places = placesFor(
      folder,
      bundles.map((flow) => flow.name),
    );
    return bundles.map((flow) => {
      const path = places.get(flow.name) ?? '';
      return { name: flow.name, path, written: writeFolder(path, flow) };
    });
  });
  if (context.json) io.out(`${JSON.stringify({ flows: done })}\n`);
  else
    for (const { name, path, written } of done)
      io.out(`${clean(name)}: ${clean(path)}${written ? '' : ' (no change)'}\n`);
  return EXIT.ok;
}

function inFolder<T>(folder: string, write: () => T): T {
  try {
    return write();
  } catch (error) {
    const { code, path } = error as NodeJS.ErrnoException;
    if (code === undefined || error instanceof UsageError) throw error;
    throw new UsageError(`"${path ?? folder}" cannot be written (${code})`);
  }
}
