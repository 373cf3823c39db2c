// Brings a seed flow up to date without touching what a user has written, changed or deleted.
//
// - No workflow of that name: it is created, with version 1 and the examples.
// - A workflow that seeding did not create is left alone.
// - Description and tags follow the seed as long as they are what seeding wrote last; the same holds for each example by itself.
// - A changed source, or changed limits, become a version when the newest version was written by seeding, and current when the current one was.

import type { Clock } from '@hero-logic/platform';
import { contentText, type ExampleContent } from '../example.ts';
import type { ExampleStore, WorkflowStore } from '../ports.ts';
import { type Limits, limitsText, sameLimits } from '../version.ts';
import { changeWorkflow, newWorkflow, type SeedMark, sameTags, type Workflow, withSeedMark } from '../workflow.ts';
import { replaceWorkflow } from './change-workflow.ts';
import { createVersion } from './create-version.ts';
import { type DraftDeps, draftVersion, sha256, type VersionContent } from './draft-version.ts';
import { upsertExample } from './examples.ts';

export interface SeedDeps extends DraftDeps {
  readonly workflows: WorkflowStore;
  readonly examples: ExampleStore;
  readonly clock: Clock;
}

export interface Seed {
  readonly name: string;
  readonly description: string;
  readonly tags: readonly string[];
  readonly source: string;
  readonly limits: Limits;
  readonly examples: readonly ExampleContent[];
}

export interface Seeded {
  readonly workflowSid: string;
  readonly changed: boolean;
}

export async function seedWorkflow(deps: SeedDeps, seed: Seed): Promise<Seeded> {
  const found = await deps.workflows.getByName(seed.name);
  const workflow = found ?? (await createSeeded(deps, seed));
  if (workflow?.seed === undefined) return { workflowSid: workflow?.sid ?? '', changed: false };
  const versionChanged = found !== undefined && (await followSource(deps, seed, workflow));
  const examples = await followExamples(deps, seed, workflow, workflow.seed);
  const textsChanged = await followTexts(deps, seed, workflow.sid, examples.written);
  return {
    workflowSid: workflow.sid,
    changed: found === undefined || versionChanged || examples.changed || textsChanged,
  };
}

async function createSeeded(deps: SeedDeps, seed: Seed): Promise<Workflow | undefined> {
  const now = deps.clock.now();
  const { name, description, tags } = seed;
  const mark: SeedMark = { description, tags, examples: {} };
  const sid = deps.newSid();
  const workflow = newWorkflow({ sid, name, description, tags, requestId: '', now, seed: mark });
  const made = { workflowSid: workflow.sid, workflowName: name, origin: 'seed', now } as const;
  const outcome = await deps.workflows.create(workflow, await draftVersion(deps, contentOf(seed), made));
  return outcome.kind === 'name-taken' ? deps.workflows.getByName(name) : outcome.workflow;
}

function contentOf(seed: Seed): VersionContent {
  return { source: seed.source, label: '', notes: 'seed', inputs: [], outputs: [], limits: seed.limits };
}

async function followSource(deps: SeedDeps, seed: Seed, workflow: Workflow): Promise<boolean> {
  const newest = await deps.workflows.newestVersion(workflow.sid);
  if (newest?.origin !== 'seed') return false;
  const content = await contentFor(deps, seed, workflow);
  if (newest.sha256 === sha256(content.source)) return false;
  const current = await deps.workflows.getVersion(workflow.currentVersionSid);
  const added = await createVersion(deps, {
    workflowSid: workflow.sid,
    content,
    setCurrent: current?.origin === 'seed',
    origin: 'seed',
  });
  return added.written || added.workflow.revision !== workflow.revision;
}

/** Versions never change, and a source is one version: the same program with other limits says so in a comment at its end. */
async function contentFor(deps: SeedDeps, seed: Seed, workflow: Workflow): Promise<VersionContent> {
  const content = contentOf(seed);
  const known = await deps.workflows.getVersionBySha(workflow.sid, sha256(seed.source));
  if (known === undefined || sameLimits(known.limits, seed.limits)) return content;
  return { ...content, source: `${seed.source.trimEnd()}\n\n# Limits: ${limitsText(seed.limits)}\n` };
}

/** Writes the examples that are still as seeding left them; gives the digests of all that it knows as its own. */
async function followExamples(deps: SeedDeps, seed: Seed, workflow: Workflow, mark: SeedMark) {
  const written: Record<string, string> = { ...mark.examples };
  let changed = false;
  for (const content of seed.examples) {
    const digest = sha256(contentText(content));
    const before = mark.examples[content.name];
    const present = await deps.examples.getByName(workflow.sid, content.name);
    const found = present === undefined ? undefined : sha256(contentText(present));
    // Equal without a mark: a start that broke off after writing it.
    const isOurs = found === before || found === digest;
    if (!isOurs) continue;
    if (found !== digest) {
      await upsertExample(deps, workflow.sid, content);
      changed = true;
    }
    written[content.name] = digest;
  }
  return { written, changed };
}

async function followTexts(
  deps: SeedDeps,
  seed: Seed,
  workflowSid: string,
  examples: SeedMark['examples'],
): Promise<boolean> {
  let changed = false;
  await replaceWorkflow(deps.workflows, workflowSid, (workflow) => {
    const mark = workflow.seed;
    if (mark === undefined) return workflow;
    const description = workflow.description === mark.description ? seed.description : undefined;
    const tags = sameTags(workflow.tags, mark.tags) ? seed.tags : undefined;
    const next = changeWorkflow(workflow, { description, tags }, deps.clock.now());
    const nextMark: SeedMark = {
      description: description ?? mark.description,
      tags: tags ?? mark.tags,
      examples,
    };
    changed = next !== workflow;
    return JSON.stringify(nextMark) === JSON.stringify(mark) ? next : withSeedMark(next, nextMark);
  });
  return changed;
}
