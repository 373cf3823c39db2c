// flow import FOLDER [NAME...]: makes the flows of the library like those of a folder that flow export wrote. All of them are checked before the first
// is written, and all that is wrong with any of their files is said at once; each is written wholly or not at all.

import { isHeroError, toHeroError } from '@hero-logic/platform/client';
import type { Context } from '../core/context.ts';
import { EXIT, type ExitCode } from '../core/exit-codes.ts';
import { UsageError } from '../core/usage-error.ts';
import { flowFolders, readFolder } from '../flow-folder/folders.ts';
import type { FileProblem } from '../flow-folder/members.ts';
import type { ReadBundle } from '../flow-folder/read-bundle.ts';
import { clean } from '../text/width.ts';

export interface FlowImportArgs {
  readonly folder: string;
  /** None = every flow of the folder. */
  readonly names: readonly string[];
  readonly dryRun?: boolean;
}

interface Problem extends FileProblem {
  readonly reason: string;
}

const BAD_FILE = 'INVALID_ARGUMENT';

export async function flowImport(context: Context, args: FlowImportArgs): Promise<ExitCode> {
  const { io } = context;
  const bundles = chosen(args);
  const problems = bundles.flatMap((bundle) => bundle.problems.map((one): Problem => ({ ...one, reason: BAD_FILE })));
  const checks = [];
  for (const bundle of bundles.filter((one) => one.isWhole)) {
    const check = await put(context, bundle, true).catch((error: unknown) => {
      // What is wrong with the files is said without a server, too.
      if (problems.length === 0) throw error;
      return [];
    });
    if (Array.isArray(check)) problems.push(...check);
    else checks.push(check);
  }
  if (problems.length > 0) return refuse(context, problems);
  const done = [];
  for (const [i, bundle] of bundles.entries()) {
    const imported = args.dryRun === true ? checks[i] : await put(context, bundle, false);
    if (Array.isArray(imported)) return refuse(context, imported);
    if (imported !== undefined) done.push(imported);
  }
  if (context.json) {
    io.out(`${JSON.stringify({ flows: done, dry_run: args.dryRun === true })}\n`);
    return EXIT.ok;
  }
  for (const { name, changes, kept } of done) {
    io.out(`${clean(name)}: ${changes.length === 0 ? 'no change' : changes.map(clean).join(', ')}\n`);
    if (kept.length > 0) io.out(`  only in the library, and stays: ${kept.map(clean).join(', ')}\n`);
  }
  return EXIT.ok;
}

/** Of the flows that are named, or of all, and of those whose name cannot be read. */
function chosen({ folder, names }: FlowImportArgs): ReadBundle[] {
  const all = flowFolders(folder).map((path) => ({ path, bundle: readFolder(path) }));
  if (all.length === 0)
    throw new UsageError(`no flow lies in "${folder}": neither it nor a folder in it has a flow.json`);
  const nameless = all.filter(({ bundle }) => bundle.flow.name === '').map(({ bundle }) => bundle);
  const named = new Map<string, (typeof all)[number]>();
  for (const one of all) {
    const { name } = one.bundle.flow;
    const other = named.get(name);
    if (name === '') continue;
    if (other !== undefined) throw new UsageError(`"${one.path}" and "${other.path}" hold the same flow, "${name}"`);
    named.set(name, one);
  }
  if (names.length === 0) return all.map(({ bundle }) => bundle);
  const wanted = [...new Set(names)].flatMap((name) => {
    const one = named.get(name);
    if (one !== undefined) return [one.bundle];
    if (nameless.length > 0) return [];
    throw new UsageError(`"${folder}" holds no flow "${name}"; it holds ${[...named.keys()].join(', ')}`);
  });
  return [...wanted, ...nameless];
}

async function put({ clients }: Context, { flow, placeOf }: ReadBundle, dryRun: boolean) {
  try {
    const { workflowSid, changes, kept } = await clients.workflows.importFlow({ flow, dryRun });
    return { name: flow.name, workflow_sid: workflowSid, changes, kept };
  } catch (error) {
    const hero = toHeroError(error);
    const isRefusal = isHeroError(hero, 'INVALID_ARGUMENT') || isHeroError(hero, 'VERSION_DIFFERS');
    if (!isRefusal || hero.violations.length === 0) throw error;
    return hero.violations.map(
      ({ field, description }): Problem => ({ place: placeOf(field), description, reason: hero.reason }),
    );
  }
}

function refuse({ io, json }: Context, problems: readonly Problem[]): ExitCode {
  const reason = problems[0]?.reason ?? '';
  if (json) {
    const violations = problems.map(({ place, description }) => ({ field: place, description }));
    io.err(`${JSON.stringify({ error: { reason, message: 'nothing was imported', violations } })}\n`);
  } else {
    const lines = problems.map(({ place, description }) => `  ${clean(place)}: ${clean(description)}`);
    io.err(`${['error: nothing was imported', ...lines, `[${reason}]`].join('\n')}\n`);
  }
  return EXIT.failed;
}
