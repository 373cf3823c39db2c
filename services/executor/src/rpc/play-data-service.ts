// PlayDataService: for the scheduler, which decides when plays go.

import type { ServiceImpl } from '@connectrpc/connect';
import type { PlayDataService } from '@hero-logic/proto/herologic/executor/v1/play_data_service_pb';
import type { PlayRemoval } from '../domain/ports.ts';

export function createPlayDataService(plays: PlayRemoval): ServiceImpl<typeof PlayDataService> {
  return {
    async removePlays({ playSids }) {
      await plays.removePlays(playSids);
      return {};
    },
    measurePlays: async ({ playSids }) => ({ bytes: BigInt(await plays.measurePlays(playSids)) }),
  };
}
