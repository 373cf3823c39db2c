// Finds plays by conditions in MongoDB. A page looks at BUDGET candidates at most, as play-search.sqlite.ts says: the condition that gives
// fewest says how far that is. Most pages are full after a few of them: where nothing has to be counted first, those are tried alone, and where
// every candidate is a hit unless it is hidden, one command reads them.

import type { Document } from '@hero-logic/platform/mongo';
import { sidBounds } from '../domain/filter/bounds.ts';
import type { PlayCondition } from '../domain/filter/condition.ts';
import { PLAY_STATUSES, type Play } from '../domain/play.ts';
import type { PlayQuery } from '../domain/play-store.ts';
import type { PlayDocument, SchedulerCollections } from './play-documents.mongo.ts';
import { playFrom } from './play-writes.mongo.ts';

type Part = Readonly<Record<string, unknown>>;

interface Lead {
  readonly match: Part;
  readonly index: string;
  /** Its candidates come in the order of their sids. */
  readonly isOrdered: boolean;
  readonly condition?: PlayCondition;
}

const BUDGET = 2_000;
const FEW = 200;
/** Candidates that are read beyond a page, in case some are hidden. */
const SPARE = 16;
/** Of so many values the server reads the candidates side by side, in the order of their sids; of more it might sort them. */
const MERGED = 20;
/** The index of `_id`. */
const BY_SID = '_id_';
const WHOLE: Lead = { match: {}, index: BY_SID, isOrdered: true };

type Plays = Pick<SchedulerCollections, 'plays'>;

export async function searchPlays(
  collections: Plays,
  query: PlayQuery,
): Promise<{ plays: Play[]; next: string | undefined }> {
  const { rows, next } = await search(collections, query, { doc: 1 });
  return { plays: rows.map(playFrom), next };
}

export async function searchSids(
  collections: Plays,
  query: PlayQuery,
): Promise<{ sids: string[]; next: string | undefined }> {
  const { rows, next } = await search(collections, query, { _id: 1 });
  return { sids: rows.map(({ _id }) => _id), next };
}

async function search({ plays }: Plays, query: PlayQuery, projection: Document) {
  const { conditions, beforeSid, limit } = query;
  const budget = Math.max(BUDGET, limit);
  const { from, before } = sidBounds(conditions, beforeSid);
  const bounds: Part[] = [
    ...(from === undefined ? [] : [{ _id: { $gte: from } }]),
    ...(before === undefined ? [] : [{ _id: { $lt: before } }]),
  ];
  const all = (parts: readonly Part[]) =>
    (parts.length === 0 ? {} : { $and: parts }) as unknown as Partial<PlayDocument>;

  const leads = conditions.flatMap((condition) => leadOf(condition) ?? []);

  /** With nothing to choose from. */
  const onlyLead = leads.length === 0 ? WHOLE : leads.length === 1 && leads[0]?.isOrdered ? leads[0] : undefined;

  async function chooseLead(): Promise<Lead> {
    if (onlyLead !== undefined) return onlyLead;
    const counted = await Promise.all(leads.map(async (lead) => ({ lead, count: await countLead(lead) })));
    const usable = counted.filter(({ lead, count }) => count <= budget || lead.isOrdered);
    return usable.sort((a, b) => a.count - b.count)[0]?.lead ?? WHOLE;
  }

  const countLead = ({ match, index }: Lead) =>
    plays.countDocuments(all([match, ...bounds]), { limit: budget + 1, hint: index });

  /** The last of so many candidates; undefined = there are fewer. */
  async function floorOf({ match, index }: Lead, candidates: number): Promise<string | undefined> {
    const found = plays.find(all([match, ...bounds]), { projection: { _id: 1 }, hint: index });
    return (
      await found
        .sort({ _id: -1 })
        .skip(candidates - 1)
        .limit(1)
        .toArray()
    )[0]?._id;
  }

  async function page(lead: Lead, candidates: number) {
    const floor = await floorOf(lead, candidates);
    const parts = [
      ...bounds,
      ...(floor === undefined ? [] : [{ _id: { $gte: floor } }]),
      { hiddenBy: { $in: ['', null] } },
      lead.match,
      ...conditions.map(partOf),
    ];
    const found = await plays
      .find(all(parts), { projection, hint: lead.index })
      .sort({ _id: -1 })
      .limit(limit + 1)
      .toArray();
    const rows = found.slice(0, limit);
    const isWhole = found.length > limit || floor === undefined;
    return { rows, next: found.length > limit ? rows.at(-1)?._id : floor, isWhole };
  }

  /** Where the lead asks all that is asked; undefined = too many are hidden. */
  async function plainPage({ match, index }: Lead) {
    const atMost = limit + 1 + SPARE;
    const read = plays.find(all([match, ...bounds]), { projection: { ...projection, hiddenBy: 1 }, hint: index });
    const found = await read.sort({ _id: -1 }).limit(atMost).toArray();
    const shown = found.filter(({ hiddenBy = '' }) => hiddenBy === '');
    if (shown.length <= limit && found.length === atMost) return undefined;
    const rows = shown.slice(0, limit);
    return { rows, next: shown.length > limit ? rows.at(-1)?._id : undefined };
  }

  if (onlyLead !== undefined && conditions.every((one) => one === onlyLead.condition || isBound(one))) {
    const plain = await plainPage(onlyLead);
    if (plain !== undefined) return plain;
  }
  if (onlyLead !== undefined && limit < FEW) {
    const first = await page(onlyLead, FEW);
    if (first.isWhole) return first;
  }
  return page(await chooseLead(), budget);
}

const INDEXES: Partial<
  Record<PlayCondition['kind'], { readonly index: string; readonly field: string; readonly partial?: true }>
> = {
  label: { index: 'by_label', field: 'labels' },
  status: { index: 'by_status', field: 'status' },
  workflow: { index: 'by_workflow', field: 'workflowSid' },
  version: { index: 'by_version', field: 'versionSid' },
  parent: { index: 'by_parent', field: 'parentSid', partial: true },
  namespace: { index: 'by_namespace', field: 'namespace', partial: true },
  error: { index: 'by_error', field: 'errorGroup', partial: true },
};

function leadOf(condition: PlayCondition): Lead | undefined {
  const known = INDEXES[condition.kind];
  const values = valuesOf(condition);
  if (known === undefined || values === undefined) return undefined;
  // No index has the plays of the first one: where there are many, they are most.
  if (condition.kind === 'namespace' && values.includes('')) return undefined;
  // A hint of a multikey index gives a play of two labels once all the same, but not in order.
  if (condition.kind === 'label' && values.length > 1) return undefined;
  const { field, index } = known;
  const match = values.length === 1 ? { [field]: values[0] } : { [field]: { $in: [...values] } };
  return {
    match: known.partial ? { $and: [match, { [field]: { $gt: '' } }] } : match,
    index,
    isOrdered: values.length <= MERGED,
    condition,
  };
}

/** What a field has to be one of. Of statuses, which are few, also where it is told what it must not be. */
function valuesOf(condition: PlayCondition): readonly (string | number)[] | undefined {
  if (!('values' in condition)) return undefined;
  if (condition.not !== true) return condition.values;
  return condition.kind === 'status' ? PLAY_STATUSES.filter((one) => !condition.values.includes(one)) : undefined;
}

/** A created time is a bound of the sid, which begins with it. */
function isBound({ kind, not }: PlayCondition): boolean {
  return kind === 'created' && not !== true;
}

function partOf(condition: PlayCondition): Part {
  const part = plainPart(condition);
  return condition.not === true ? { $nor: [part] } : part;
}

function plainPart(condition: PlayCondition): Part {
  switch (condition.kind) {
    case 'status':
    case 'workflow':
    case 'version':
    case 'parent':
    case 'namespace':
    case 'error':
    case 'label':
      return { [(INDEXES[condition.kind] as { field: string }).field]: { $in: [...condition.values] } };
    case 'version_number':
      return { versionNumber: { $in: [...condition.values] } };
    case 'created': {
      const { from, before } = sidBounds([{ ...condition, not: false }], '');
      return { _id: from === undefined ? { $lt: before } : { $gte: from } };
    }
    case 'started':
      return timePart('startedAt', condition);
    case 'ended':
      return timePart('endedAt', condition);
    case 'text':
      return { $expr: { $gte: [{ $indexOfBytes: ['$names', { $literal: condition.text }] }, 0] } };
  }
}

/** 0 and a missing field say that it has not come yet. */
function timePart(field: string, { from, before }: { readonly from?: number; readonly before?: number }): Part {
  return { [field]: from === undefined ? { $gt: 0, $lt: before } : { $gte: Math.max(1, from) } };
}
