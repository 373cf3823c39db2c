// What is due: for the loops.

import type { PlayStore } from '../domain/play-store.ts';
import { type SchedulerCollections, STAGE } from './play-documents.mongo.ts';
import type { PlayGates } from './play-gates.mongo.ts';

type Due = Pick<
  PlayStore,
  | 'listRunning'
  | 'listExpiredLeases'
  | 'listDuePauses'
  | 'listMissedWakeUps'
  | 'nextLeaseExpiry'
  | 'nextRateOpening'
  | 'nextDelayed'
  | 'nextPauseDue'
>;

const SID_ONLY = { projection: { _id: 1 } } as const;

export function createPlayDue({ plays, pauses }: SchedulerCollections, gates: PlayGates): Due {
  const sids = async (found: Promise<{ _id: string }[]>) => (await found).map(({ _id }) => _id);
  const running = { status: 'running' };
  return {
    listRunning: () => sids(plays.find(running, SID_ONLY).toArray()),
    listExpiredLeases: (now, atMost) =>
      sids(
        plays
          .find({ ...running, leaseExpiresAt: { $lte: now } }, SID_ONLY)
          .sort({ leaseExpiresAt: 1 })
          .limit(atMost)
          .toArray(),
      ),
    async listDuePauses(now, atMost) {
      const due = pauses.find({ state: 'open', expiresAt: { $gt: 0, $lte: now } }, { projection: { play: 1, id: 1 } });
      const found = await due.sort({ expiresAt: 1 }).limit(atMost).toArray();
      return found.map(({ play, id }) => ({ playSid: play, resumeId: id }));
    },
    // An answer and the wake-up of its play are one change here.
    listMissedWakeUps: async () => [],
    async nextLeaseExpiry() {
      const next = await plays.findOne(running, { sort: { leaseExpiresAt: 1 }, projection: { leaseExpiresAt: 1 } });
      return next?.leaseExpiresAt;
    },
    async nextDelayed() {
      const delayed = { stage: STAGE.delayed };
      return (await plays.findOne(delayed, { sort: { notBefore: 1 }, projection: { notBefore: 1 } }))?.notBefore;
    },
    nextRateOpening: () => gates.nextRateOpening(),
    async nextPauseDue() {
      const open = { state: 'open', expiresAt: { $gt: 0 } };
      return (await pauses.findOne(open, { sort: { expiresAt: 1 }, projection: { expiresAt: 1 } }))?.expiresAt;
    },
  };
}
