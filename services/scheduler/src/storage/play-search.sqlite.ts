/**
 * Finds plays by conditions. The index of one condition gives the candidates, newest first; the other conditions are tried on them.
 *
 * - The condition that gives fewest leads; counting stops at BUDGET. Several values at once lead only when they give few, since their
 *   candidates have to be sorted.
 * - A page looks at BUDGET candidates at most: where more would have to be looked at, it ends there and says where to go on. So a page
 *   costs about the same however many plays there are and however rare a hit is.
 * - Most pages are full after a few candidates: where nothing has to be counted first, those are tried alone.
 */

import type { Sql } from '@hero-logic/platform';
import { sidBounds } from '../domain/filter/bounds.ts';
import type { PlayCondition } from '../domain/filter/condition.ts';
import type { Play } from '../domain/play.ts';
import type { PlayQuery } from '../domain/play-store.ts';
import { playFromDoc } from './play-rows.ts';

type Params = readonly (string | number)[];

interface Term {
  readonly sql: string;
  readonly params: Params;
}

/** Where candidates come from; `sid` is the column by which they are ordered. */
interface Lead extends Term {
  readonly from: string;
  readonly joined: string;
  readonly sid: string;
  readonly condition?: PlayCondition;
}

const BUDGET = 5_000;
const FEW = 200;
const ALL: Lead = { from: 'plays p', joined: '', sid: 'p.sid', sql: '1', params: [] };

interface Page<T> {
  readonly rows: readonly T[];
  readonly next: string | undefined;
}

export function searchPlays(sql: Sql, query: PlayQuery): { readonly plays: Play[]; readonly next: string | undefined } {
  const { rows, next } = search<{ sid: string; doc: string }>(sql, query, ', p.doc');
  return { plays: rows.map(({ doc }) => playFromDoc(doc)), next };
}

export function searchSids(sql: Sql, query: PlayQuery): { readonly sids: string[]; readonly next: string | undefined } {
  const { rows, next } = search<{ sid: string }>(sql, query, '');
  return { sids: rows.map(({ sid }) => sid), next };
}

function search<T extends { sid: string }>(sql: Sql, query: PlayQuery, columns: string): Page<T> {
  const { conditions, beforeSid, limit } = query;
  const budget = Math.max(BUDGET, limit);
  const bounds = sidBounds(conditions, beforeSid);
  const only = onlyLead(conditions);
  if (only !== undefined && limit < FEW) {
    const floor = floorOf(sql, only, bounds, FEW);
    const first = readPage<T>(sql, query, columns, { lead: only, bounds, floor });
    if (floor === undefined || first.rows.length === limit) return first;
  }
  const { lead, isLong } = chooseLead(sql, conditions, bounds, budget);
  const floor = isLong ? floorOf(sql, lead, bounds, budget) : undefined;
  return readPage(sql, query, columns, { lead, bounds, floor });
}

/** The last of so many candidates; undefined = there are fewer. */
function floorOf(sql: Sql, lead: Lead, bounds: Bounds, candidates: number): string | undefined {
  const inBounds = boundTerm(lead.sid, bounds);
  return sql.get<{ sid: string }>(
    `SELECT ${lead.sid} AS sid FROM ${lead.from} WHERE ${lead.sql} AND ${inBounds.sql} ORDER BY ${lead.sid} DESC LIMIT 1 OFFSET ?`,
    ...lead.params,
    ...inBounds.params,
    candidates - 1,
  )?.sid;
}

interface Candidates {
  readonly lead: Lead;
  readonly bounds: Bounds;
  readonly floor: string | undefined;
}

function readPage<T extends { sid: string }>(
  sql: Sql,
  { conditions, limit }: PlayQuery,
  columns: string,
  { lead, bounds, floor }: Candidates,
): Page<T> {
  const inBounds = boundTerm(lead.sid, bounds);
  const terms: Term[] = [
    lead,
    inBounds,
    ...(floor === undefined ? [] : [{ sql: `${lead.sid} >= ?`, params: [floor] }]),
    { sql: "p.hidden_by = ''", params: [] },
    ...conditions.filter((one) => one !== lead.condition && !isBound(one)).map(termOf),
  ];
  const rows = sql.all<T>(
    `SELECT ${lead.sid} AS sid${columns} FROM ${lead.from}${lead.joined} WHERE ${terms.map((term) => term.sql).join(' AND ')} ORDER BY ${lead.sid} DESC LIMIT ?`,
    ...terms.flatMap(({ params }) => params),
    limit + 1,
  );
  return { rows: rows.slice(0, limit), next: rows.length > limit ? rows[limit - 1]?.sid : floor };
}

interface Bounds {
  readonly from?: string;
  readonly before?: string;
}

/** Where there is nothing to choose from, and the candidates come in order. */
function onlyLead(conditions: readonly PlayCondition[]): Lead | undefined {
  const [first = ALL, ...more] = conditions.flatMap((condition) => leadOf(condition) ?? []);
  const isOrdered = first.condition === undefined || valuesOf(first.condition).length === 1;
  return more.length === 0 && isOrdered ? first : undefined;
}

/** `isLong`: it gives more than the budget. */
function chooseLead(
  sql: Sql,
  conditions: readonly PlayCondition[],
  bounds: Bounds,
  budget: number,
): { readonly lead: Lead; readonly isLong: boolean } {
  let best: { lead: Lead; count: number } | undefined;
  for (const condition of conditions) {
    const lead = leadOf(condition);
    if (lead === undefined) continue;
    const count = countLead(sql, lead, bounds, budget + 1);
    const isUsable = count <= budget || valuesOf(condition).length === 1;
    if (isUsable && (best === undefined || count < best.count)) best = { lead, count };
  }
  if (best !== undefined) return { lead: best.lead, isLong: best.count > budget };
  return { lead: ALL, isLong: countLead(sql, ALL, bounds, budget + 1) > budget };
}

function countLead(sql: Sql, lead: Lead, bounds: Bounds, atMost: number): number {
  const { sql: within, params } = boundTerm(lead.sid, bounds);
  const query = `SELECT COUNT(*) AS n FROM (SELECT 1 FROM ${lead.from} WHERE ${lead.sql} AND ${within} LIMIT ?)`;
  return sql.get<{ n: number }>(query, ...lead.params, ...params, atMost)?.n ?? 0;
}

const INDEXES = {
  status: { index: 'plays_by_status', column: 'status', partial: '' },
  workflow: { index: 'plays_by_workflow', column: 'workflow_sid', partial: '' },
  version: { index: 'plays_by_version', column: 'version_sid', partial: '' },
  parent: { index: 'plays_by_parent', column: 'parent_sid', partial: " AND p.parent_sid <> ''" },
  namespace: { index: 'plays_by_namespace', column: 'namespace', partial: " AND p.namespace <> ''" },
  error: { index: 'plays_by_error', column: 'error_group', partial: " AND p.error_group <> ''" },
} as const;

/** No index has the plays of the first one: where there are many, they are most. */
function isFirstNamespace(condition: PlayCondition): boolean {
  return condition.kind === 'namespace' && condition.values.includes('');
}

/** Undefined: no index serves it. */
function leadOf(condition: PlayCondition): Lead | undefined {
  if (condition.not === true || isFirstNamespace(condition)) return undefined;
  if (condition.kind === 'label') {
    const term = inTerm('d.label', condition.values);
    // Two labels of one play would give it twice.
    if (condition.values.length > 1) return undefined;
    return { ...term, from: 'play_labels d', joined: ' CROSS JOIN plays p ON p.sid = d.sid', sid: 'd.sid', condition };
  }
  if (!(condition.kind in INDEXES)) return undefined;
  const { index, column, partial } = INDEXES[condition.kind as keyof typeof INDEXES];
  const term = inTerm(`p.${column}`, valuesOf(condition));
  return {
    sql: term.sql + partial,
    params: term.params,
    from: `plays p INDEXED BY ${index}`,
    joined: '',
    sid: 'p.sid',
    condition,
  };
}

function valuesOf(condition: PlayCondition): Params {
  return 'values' in condition ? condition.values : [];
}

/** A created time is a bound of the sid, which begins with it. */
function isBound(condition: PlayCondition): boolean {
  return condition.kind === 'created' && condition.not !== true;
}

function termOf(condition: PlayCondition): Term {
  const { sql, params } = plainTerm(condition);
  return condition.not === true ? { sql: `NOT COALESCE(${sql}, 0)`, params } : { sql: `(${sql})`, params };
}

function plainTerm(condition: PlayCondition): Term {
  switch (condition.kind) {
    case 'status':
    case 'workflow':
    case 'version':
    case 'parent':
    case 'namespace':
    case 'error':
      return inTerm(`p.${INDEXES[condition.kind].column}`, condition.values);
    case 'version_number':
      return inTerm("p.doc ->> 'versionNumber'", condition.values);
    case 'label': {
      const { sql, params } = inTerm('l.label', condition.values);
      return { sql: `EXISTS (SELECT 1 FROM play_labels l WHERE ${sql} AND l.sid = p.sid)`, params };
    }
    case 'created':
      return boundTerm('p.sid', sidBounds([{ ...condition, not: false }], ''));
    case 'started':
      return timeTerm('p.started_at', condition);
    case 'ended':
      return timeTerm('p.ended_at', condition);
    case 'text':
      return { sql: 'instr(p.names, ?) > 0', params: [condition.text] };
  }
}

function inTerm(column: string, values: Params): Term {
  return { sql: `${column} IN (${values.map(() => '?').join(', ')})`, params: values };
}

function timeTerm(column: string, { from, before }: { readonly from?: number; readonly before?: number }): Term {
  if (from !== undefined) return { sql: `${column} >= ?`, params: [from] };
  return { sql: `${column} < ?`, params: [before ?? 0] };
}

function boundTerm(sid: string, { from, before }: Bounds): Term {
  const lower = from === undefined ? [] : [`${sid} >= ?`];
  const upper = before === undefined ? [] : [`${sid} < ?`];
  const params = [from, before].filter((bound) => bound !== undefined);
  return { sql: [...lower, ...upper].join(' AND ') || '1', params };
}
