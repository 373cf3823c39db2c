// The packages of a play, before it has a process: those that are there at once, others while a span says so.

import type { PlayRecord } from '../ingest/play-record.ts';
import type { Environment, Prepared } from '../packages/environments.ts';
import { PackageFailure } from '../packages/package-failure.ts';
import type { RunnableVersion } from './catalog.ts';
import type { RunContext } from './context.ts';
import { createOwnSpans } from './own-spans.ts';

const MAX_TITLE = 150;
/** Those whose layers hold what building a package runs. */
const BUILDING_TIERS = new Set(['A+', 'A', 'B']);
const SEALED = 'in sandbox tier C a play opens no files, so it imports no packages';

/** undefined = it asks for none, or somebody wants it to end. Rejects with a PackageFailure. */
export async function preparePackages(
  run: RunContext,
  openRecord: () => Promise<PlayRecord>,
  { packages }: RunnableVersion,
): Promise<Environment | undefined> {
  if (packages.dependencies.length === 0 && packages.requiresPython === '') return undefined;
  const { environments, interpreters } = run.deps;
  const names = packages.dependencies.map((one) => /^[A-Za-z0-9._-]+/.exec(one)?.[0] ?? one).join(', ');
  if (interpreters.tier === 'C' && names !== '') throw new PackageFailure('PackagesUnavailable', SEALED);
  if (environments === undefined) throw new PackageFailure('PackagesUnavailable', 'this executor prepares no packages');
  const ready = environments.ready(packages);
  if (ready !== undefined) return ready.environment;
  const spans = createOwnSpans(await openRecord(), run.deps.clock, run.claim.attempt);
  const title = `preparing ${names.length > MAX_TITLE ? `${names.slice(0, MAX_TITLE)}…` : names || 'Python'}`;
  const end = spans.begin({ name: 'packages', title });
  const ways = {
    mayBuild: BUILDING_TIERS.has(interpreters.tier),
    onBuild: (wanted: string) => {
      const over = spans.begin({ name: 'build', title: `building ${wanted}` });
      return () => over();
    },
  };
  try {
    const { environment } = await Promise.race([environments.prepare(packages, ways), asked(run.asked)]);
    end(environment === undefined ? {} : { tags: { lock: environment.hash } });
    return environment;
  } catch (error) {
    if (error instanceof PackageFailure) end({ error: error.toFlowError() });
    throw error;
  }
}

function asked(signal: AbortSignal): Promise<Prepared> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve({});
    else signal.addEventListener('abort', () => resolve({}), { once: true });
  });
}
