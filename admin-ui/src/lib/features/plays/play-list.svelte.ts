// The plays that a filter finds, newest first: a first page that is kept fresh without moving, and older pages on demand.

import { plays as client, workflows } from '../../api/clients.ts';
import { type ApiError, toApiError } from '../../api/errors.ts';
import { createLoad, type Load } from '../../api/load.svelte.ts';
import { mergeInPlace, type Play, playFromPb } from '../../models/play.ts';
import type { PlayFilter } from '../../models/play-filter.ts';

const PAGE = 50;

interface Target {
  readonly workflowSid: string;
  readonly versionSid: string;
  /** There is no such flow or version. */
  readonly problem: string;
}

interface First {
  readonly plays: readonly Play[];
  readonly fresh: readonly Play[];
  readonly next: string;
  readonly problem: string;
}

export interface PlayList {
  readonly first: Load<First>;
  readonly shown: readonly Play[];
  readonly fresh: number;
  readonly more: boolean;
  readonly busyMore: boolean;
  readonly moreError: ApiError | undefined;
  reveal(): void;
  readMore(): Promise<void>;
}

async function targetOf({ flow, version }: PlayFilter, signal: AbortSignal): Promise<Target> {
  if (flow === '') return { workflowSid: '', versionSid: '', problem: '' };
  try {
    const found = await workflows.getWorkflow({ workflow: { case: 'name', value: flow } }, { signal });
    const wanted = found.versions.find((v) => v.number === version);
    const problem = version !== undefined && wanted === undefined ? `${flow} has no version ${version}` : '';
    return { workflowSid: found.sid, versionSid: wanted?.sid ?? '', problem };
  } catch (caught) {
    if (toApiError(caught).kind !== 'not-found') throw caught;
    return { workflowSid: '', versionSid: '', problem: `there is no flow named “${flow}”` };
  }
}

/** `filter` is read anew on every call, so that it may be reactive. */
export function createPlayList(filter: () => PlayFilter): PlayList {
  let older = $state.raw<readonly Play[]>([]);
  let olderNext = $state<string>();
  let busyMore = $state(false);
  let moreError = $state.raw<ApiError>();
  let target: Target = { workflowSid: '', versionSid: '', problem: '' };
  let readFor: PlayFilter | undefined;
  let showNew = false;

  const recent = (list: readonly Play[], now: number) => {
    const { sinceMs } = filter();
    return sinceMs === undefined ? list : list.filter((p) => (p.createdAt ?? 0) >= now - sinceMs);
  };
  const read = async (pageToken: string, signal?: AbortSignal) => {
    const { words, statuses } = filter();
    const { workflowSid, versionSid } = target;
    const request = { workflowSid, versionSid, status: [...statuses], filter: words, pageSize: PAGE, pageToken };
    const page = await client.listPlays(request, signal === undefined ? {} : { signal });
    const all = page.plays.map(playFromPb);
    const kept = recent(all, Date.now());
    // Newest first: once one is too old, all that follow are.
    return { plays: kept, next: kept.length < all.length ? '' : page.nextPageToken };
  };

  const first = createLoad<First>(async (signal, before) => {
    const anew = readFor !== filter() || before === undefined || showNew;
    if (readFor !== filter()) target = await targetOf(filter(), signal);
    readFor = filter();
    if (target.problem !== '') return { plays: [], fresh: [], next: '', problem: target.problem };
    const page = await read('', signal);
    if (anew || before.plays.length === 0) {
      showNew = false;
      older = [];
      olderNext = undefined;
      return { ...page, fresh: [], problem: '' };
    }
    const merged = mergeInPlace(before.plays, page.plays);
    const newest = before.plays[0]?.sid ?? '';
    return { plays: merged.plays, fresh: merged.waiting.filter((p) => p.sid > newest), next: before.next, problem: '' };
  });
  const next = () => olderNext ?? first.data?.next ?? '';

  return {
    first,
    get shown() {
      return [...(first.data?.plays ?? []), ...older];
    },
    get fresh() {
      return first.data?.fresh.length ?? 0;
    },
    get more() {
      return next() !== '';
    },
    get busyMore() {
      return busyMore;
    },
    get moreError() {
      return moreError;
    },
    reveal() {
      showNew = true;
      void first.reload();
    },
    async readMore() {
      busyMore = true;
      moreError = undefined;
      try {
        const page = await read(next());
        older = [...older, ...page.plays];
        olderNext = page.next;
      } catch (caught) {
        moreError = toApiError(caught);
      }
      busyMore = false;
    },
  };
}
