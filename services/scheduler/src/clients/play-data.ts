// What the executor keeps of plays, as retention and bulk deletions see it.

import { createClient, type Transport } from '@connectrpc/connect';
import { toHeroError } from '@hero-logic/platform';
import { PlayDataService } from '@hero-logic/proto/herologic/executor/v1/play_data_service_pb';
import type { PlayData } from '../domain/commands/operate/deps.ts';

export function createPlayData(executor: Transport): PlayData {
  const client = createClient(PlayDataService, executor);
  return {
    async remove(playSids) {
      try {
        await client.removePlays({ playSids: [...playSids] });
      } catch (error) {
        throw toHeroError(error);
      }
    },
    async measure(playSids) {
      try {
        return Number((await client.measurePlays({ playSids: [...playSids] })).bytes);
      } catch (error) {
        throw toHeroError(error);
      }
    },
  };
}
