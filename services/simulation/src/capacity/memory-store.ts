// The plays of one shard in memory, behind the scheduler's port: as much of it as starts, claims, renewals and reports need. Each scheduler has a
// view of its own, with the processor that its calls take; the plays and the disk are shared.

import { claim, type Play, type PlayStore, rankOf, renew } from '@hero-logic/scheduler';
import { createHeap } from '../virtual/heap.ts';
import type { Times } from './measured.ts';
import type { Disk, Station } from './station.ts';

export interface Shard {
  readonly disk: Disk;
  view(processor: Station, times: Times): PlayStore;
}

interface Entry {
  play: Play;
  readonly rank: number;
  readonly order: number;
}

const NO_FACTS = { open: false, undelivered: false, deliveredInRun: false, unusedPrefill: [] };

export function createShard(disk: Disk): Shard {
  const entries = new Map<string, Entry>();
  const ready = createHeap<Entry>((a, b) => a.rank < b.rank || (a.rank === b.rank && a.order < b.order));
  let order = 0;

  function takeReady(atMost: number): Entry[] {
    const found: Entry[] = [];
    while (found.length < atMost) {
      const entry = ready.pop();
      if (entry === undefined) return found;
      found.push(entry);
    }
    return found;
  }

  function view(processor: Station, times: Times): PlayStore {
    const store: Pick<PlayStore, 'add' | 'claim' | 'change' | 'renew' | 'countPending'> = {
      async add({ play }) {
        await processor.work(times.startMs);
        const entry = { play, rank: rankOf(play), order: ++order };
        entries.set(play.sid, entry);
        ready.push(entry);
        await disk.commit(1);
        return { play, added: true, displaced: [] };
      },
      async claim(limits, grant) {
        const found = takeReady(Math.min(limits.plays, limits.slots));
        await processor.work(times.claimCallMs + times.claimMs * found.length);
        const claimed = found.map((entry) => {
          entry.play = claim(entry.play, grant());
          return { play: entry.play, lease: leaseOf(entry.play), inputData: '{}', answers: [] };
        });
        if (claimed.length > 0) await disk.commit(claimed.length);
        return claimed;
      },
      async change(sid, decide) {
        await processor.work(times.reportMs);
        const entry = entries.get(sid);
        if (entry === undefined) throw new Error(`no play ${sid}`);
        const { play, result } = decide(entry.play, NO_FACTS);
        if (play !== undefined) entry.play = play;
        await disk.commit(1);
        if (entry.play.completedAt !== undefined) entries.delete(sid);
        return result;
      },
      async renew(leases, now, ttlMs) {
        await processor.work(times.renewMs * leases.length);
        await disk.commit(leases.length);
        return leases.map(({ playSid, token }) => {
          const entry = entries.get(playSid);
          if (entry === undefined) return 'lost';
          const { state, play } = renew(entry.play, token, now, ttlMs);
          entry.play = play;
          return state;
        });
      },
      async countPending(atMost) {
        return Math.min(atMost, ready.size());
      },
    };
    return new Proxy(store as PlayStore, {
      get(found, name: keyof PlayStore) {
        if (name in found) return found[name];
        throw new Error(`the simulated store has no ${name}`);
      },
    });
  }
  return { disk, view };
}

function leaseOf({ sid, lease }: Play): NonNullable<Play['lease']> {
  if (lease === undefined) throw new Error(`play ${sid} was claimed without a lease`);
  return lease;
}
