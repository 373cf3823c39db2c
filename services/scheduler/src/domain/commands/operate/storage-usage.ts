// How much room plays take, by workflow. Counting is exact; bytes are those of the latest plays, times how many there are.

import type { WorkflowFigures } from '../../removal/removal-store.ts';
import type { OperateDeps } from './deps.ts';

export interface StorageUsage {
  /** Most bytes first. */
  readonly workflows: readonly (WorkflowFigures & { readonly bytes: number })[];
  readonly plays: number;
  readonly fileBytes: number;
  readonly freeBytes: number;
}

const SAMPLE = 50;

export async function storageUsage(deps: OperateDeps): Promise<StorageUsage> {
  const { removals } = deps;
  const workflows: StorageUsage['workflows'][number][] = [];
  for (let sid = await removals.nextWorkflow(''); sid !== undefined; sid = await removals.nextWorkflow(sid)) {
    const figures = await removals.figures(sid, SAMPLE);
    if (figures === undefined) continue;
    const bytes = figures.sampleBytes + (await deps.playData.measure(figures.sample));
    workflows.push({ ...figures, bytes: Math.round((bytes / figures.sample.length) * figures.plays) });
    await new Promise((resolve) => setImmediate(resolve));
  }
  workflows.sort((a, b) => b.bytes - a.bytes);
  const { bytes: fileBytes, free: freeBytes } = await removals.files();
  return { workflows, plays: workflows.reduce((sum, { plays }) => sum + plays, 0), fileBytes, freeBytes };
}

/** Gives free room back a little at a time; bytes. */
export async function compactStorage({ removals }: OperateDeps, signal: AbortSignal): Promise<number> {
  let freed = 0;
  while (!signal.aborted) {
    const some = await removals.compact();
    if (some <= 0) break;
    freed += some;
    await new Promise((resolve) => setImmediate(resolve));
  }
  return freed;
}
