// Makes the flow of a name like the one that is given. Everything is checked before anything is written; then it is written at once. Versions never
// change: one that is there with other content refuses the import. What only the library has stays and is named.

import { type Clock, HeroError, placedName, toHeroError, type Violation } from '@hero-logic/platform';
import { contentText, type Example } from '../example.ts';
import {
  type BundledVersion,
  bundleViolations,
  type FlowBundle,
  refuseBundle,
  under,
  versionDifferences,
  versionPath,
} from '../flow-bundle.ts';
import type { ExampleStore, FlowChange, WorkflowStore } from '../ports.ts';
import type { Version, VersionDraft } from '../version.ts';
import { changeWorkflow, newWorkflow, sameTags, type Workflow, withCurrentVersion } from '../workflow.ts';
import { type DraftDeps, draftVersion, sha256 } from './draft-version.ts';
import { importInSteps } from './import-steps.ts';

export interface ImportDeps extends DraftDeps {
  readonly workflows: WorkflowStore;
  readonly examples: ExampleStore;
  readonly clock: Clock;
}

export interface ImportFlow {
  readonly bundle: FlowBundle;
  readonly namespace: string;
  readonly dryRun: boolean;
}

export interface ImportedFlow {
  /** Empty = it is not there, and the run was dry. */
  readonly workflowSid: string;
  readonly changes: readonly string[];
  readonly kept: readonly string[];
}

interface Present {
  readonly workflow: Workflow | undefined;
  /** By number. */
  readonly versions: readonly Version[];
  readonly examples: ReadonlyMap<string, Example>;
}

const MAX_TRIES = 20;
const PAGE = 1000;

/** Into the namespace. */
export async function importFlow(deps: ImportDeps, { bundle, namespace, dryRun }: ImportFlow): Promise<ImportedFlow> {
  for (let tries = 0; tries < MAX_TRIES; tries++) {
    const present = await readPresent(deps, placedName(namespace, bundle.name));
    const change = await planChange(deps, bundle, present, namespace);
    const changes = changesOf(change, present);
    const sid = dryRun && present.workflow === undefined ? '' : change.next.sid;
    const done: ImportedFlow = { workflowSid: sid, changes, kept: keptOf(bundle, present) };
    if (dryRun || changes.length === 0) return done;
    const outcome = await (deps.workflows.importFlow?.(change) ?? importInSteps(deps, change));
    if (outcome === 'imported') return done;
  }
  throw new HeroError('UNAVAILABLE', `the flow "${bundle.name}" changes too quickly; repeat the call`);
}

async function readPresent({ workflows, examples }: ImportDeps, placed: string): Promise<Present> {
  const workflow = await workflows.getByName(placed);
  if (workflow === undefined) return { workflow, versions: [], examples: new Map() };
  const found: Example[] = [];
  for (let after = ''; ; ) {
    const page = await examples.list(workflow.sid, after, PAGE);
    found.push(...page);
    const last = page.at(-1);
    if (last === undefined || page.length < PAGE) break;
    after = last.name;
  }
  const versions = (await workflows.listVersions(workflow.sid)).toReversed();
  return { workflow, versions, examples: new Map(found.map((example) => [example.name, example])) };
}

async function planChange(
  deps: ImportDeps,
  bundle: FlowBundle,
  present: Present,
  namespace: string,
): Promise<FlowChange> {
  const now = deps.clock.now();
  const { name, description, tags, archived } = bundle;
  const sid = present.workflow?.sid ?? deps.newSid();
  const drafts = await draftNewVersions(deps, bundle, present, sid, now);
  const base = present.workflow ?? newWorkflow({ sid, name, description, tags, requestId: '', namespace, now });
  const sids = [...present.versions.slice(0, bundle.versions.length), ...drafts].map((version) => version.sid);
  const sidOf = (number: number) => (number === 0 ? '' : (sids[number - 1] ?? ''));
  const described =
    present.workflow === undefined ? { ...base, archived } : changeWorkflow(base, { description, tags, archived }, now);
  const current = sidOf(bundle.currentNumber);
  const next =
    present.workflow === undefined
      ? { ...described, currentVersionSid: current }
      : withCurrentVersion(described, current, now);
  const examples = bundle.examples
    .map(({ content, versionNumber }) => ({ ...content, workflowVersionSid: sidOf(versionNumber) }))
    .filter((content) => {
      const there = present.examples.get(content.name);
      return there === undefined || contentText(there) !== contentText(content);
    })
    .map((content) => ({ sid: deps.newSid(), content }));
  return { present: present.workflow, next, drafts, firstNumber: present.versions.length + 1, examples, now };
}

/** Throws what is wrong with the bundle and with the versions that are new, or VERSION_DIFFERS with all that differs. */
async function draftNewVersions(
  deps: ImportDeps,
  bundle: FlowBundle,
  { versions }: Present,
  workflowSid: string,
  now: number,
): Promise<VersionDraft[]> {
  const differs: Violation[] = [];
  const wrong = bundleViolations(bundle);
  const drafts: VersionDraft[] = [];
  for (const [i, given] of bundle.versions.entries()) {
    const sha = sha256(given.source);
    const there = versions[i];
    const elsewhere = versions.find((version) => version.sha256 === sha && version.number !== i + 1);
    if (there !== undefined) differs.push(...versionDifferences(there, given, sha, i));
    if (elsewhere !== undefined) {
      const description = `stands in the library as version ${elsewhere.number}`;
      differs.push({ field: versionPath(i, 'python_source'), description });
    }
    if (there !== undefined || elsewhere !== undefined) continue;
    const made = await draftBundled(deps, given, { index: i, workflowSid, name: bundle.name, now });
    if (Array.isArray(made)) wrong.push(...made);
    else drafts.push(made);
  }
  refuseBundle(wrong);
  if (differs.length === 0) return drafts;
  const what = differs.map(({ field, description }) => `${field} ${description}`).join('; ');
  throw new HeroError('VERSION_DIFFERS', `versions of "${bundle.name}" never change: ${what}`, { violations: differs });
}

async function draftBundled(
  deps: ImportDeps,
  given: BundledVersion,
  made: { readonly index: number; readonly workflowSid: string; readonly name: string; readonly now: number },
): Promise<VersionDraft | Violation[]> {
  const { index, workflowSid, now } = made;
  const workflowName = given.entry === '' ? made.name : given.entry;
  try {
    const draft = await draftVersion(deps, given, { workflowSid, workflowName, origin: 'user', now });
    if (given.entry === '' || draft.outline.entry === given.entry) return draft;
    return [{ field: versionPath(index, 'entry'), description: `the source has no flow named "${given.entry}"` }];
  } catch (error) {
    const hero = toHeroError(error);
    if (hero.reason === 'UNAVAILABLE' || hero.reason === 'INTERNAL') throw error;
    return under(`flow.versions[${index}]`, hero);
  }
}

function changesOf({ next, drafts, firstNumber, examples }: FlowChange, present: Present): string[] {
  const before = present.workflow;
  const versions = drafts.map((_, i) => `version ${firstNumber + i} added`);
  const saved = examples.map(
    ({ content }) => `example "${content.name}" ${present.examples.has(content.name) ? 'changed' : 'added'}`,
  );
  if (before === undefined) return ['created', ...versions, ...saved];
  const all = [...present.versions, ...drafts];
  return [
    ...(before.description === next.description ? [] : ['description changed']),
    ...(sameTags(before.tags, next.tags) ? [] : ['tags changed']),
    ...(before.archived === next.archived ? [] : [next.archived ? 'archived' : 'brought back']),
    ...versions,
    ...(before.currentVersionSid === next.currentVersionSid
      ? []
      : [`current version is now ${all.findIndex((version) => version.sid === next.currentVersionSid) + 1}`]),
    ...saved,
  ];
}

function keptOf({ versions, examples }: FlowBundle, present: Present): string[] {
  const given = new Set(examples.map(({ content }) => content.name));
  return [
    ...present.versions.slice(versions.length).map((version) => `version ${version.number}`),
    ...[...present.examples.keys()].filter((name) => !given.has(name)).map((name) => `example "${name}"`),
  ];
}
