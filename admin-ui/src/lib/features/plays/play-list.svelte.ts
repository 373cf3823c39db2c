// The plays that a filter finds, newest first: a first page that is kept fresh without moving, and older pages on demand.

import { plays as client } from '../../api/clients/plays.ts';
import { type ApiError, toApiError } from '../../api/errors.ts';
import { createLoad, type Load } from '../../api/load.svelte.ts';
import { mergeInPlace, type Play, playFromPb } from '../../models/play.ts';

const PAGE = 50;

interface First {
  readonly plays: readonly Play[];
  readonly fresh: readonly Play[];
  readonly next: string;
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

/** `filter` is read anew on every call, so that it may be reactive. */
export function createPlayList(filter: () => string): PlayList {
  let older = $state.raw<readonly Play[]>([]);
  let olderNext = $state<string>();
  let busyMore = $state(false);
  let moreError = $state.raw<ApiError>();
  let readFor: string | undefined;
  let showNew = false;

  const read = async (pageToken: string, signal?: AbortSignal) => {
    const page = await client.listPlays(
      { filter: filter(), pageSize: PAGE, pageToken },
      signal === undefined ? {} : { signal },
    );
    return { plays: page.plays.map(playFromPb), next: page.nextPageToken };
  };

  const first = createLoad<First>(async (signal, before) => {
    const anew = readFor !== filter() || before === undefined || showNew;
    const page = await read('', signal);
    readFor = filter();
    if (anew || before.plays.length === 0) {
      showNew = false;
      older = [];
      olderNext = undefined;
      return { ...page, fresh: [] };
    }
    const merged = mergeInPlace(before.plays, page.plays);
    const newest = before.plays[0]?.sid ?? '';
    return { plays: merged.plays, fresh: merged.waiting.filter((p) => p.sid > newest), next: before.next };
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
