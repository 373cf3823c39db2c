// What the scheduler knows of plays: whether one exists, and whether it has ended.

import { createClient, type Transport } from '@connectrpc/connect';
import { toHeroError } from '@hero-logic/platform';
import { PlayStatus } from '@hero-logic/proto/herologic/scheduler/v1/play_pb';
import { PlayService } from '@hero-logic/proto/herologic/scheduler/v1/play_service_pb';

export interface PlayDirectory {
  /** PLAY_NOT_FOUND when there is no such play. */
  mustExist(playSid: string): Promise<void>;
  /** As `mustExist`; whether it can still change. */
  isLive(playSid: string): Promise<boolean>;
}

const TERMINAL: readonly PlayStatus[] = [
  PlayStatus.SUCCESS,
  PlayStatus.FAILED,
  PlayStatus.CANCELLED,
  PlayStatus.TIMED_OUT,
];

export function createPlayDirectory(scheduler: Transport): PlayDirectory {
  const client = createClient(PlayService, scheduler);

  async function statusOf(playSid: string): Promise<PlayStatus> {
    try {
      return (await client.getPlay({ playSid, withSpans: false })).status;
    } catch (error) {
      throw toHeroError(error);
    }
  }

  return {
    async mustExist(playSid) {
      await statusOf(playSid);
    },
    isLive: async (playSid) => !TERMINAL.includes(await statusOf(playSid)),
  };
}
