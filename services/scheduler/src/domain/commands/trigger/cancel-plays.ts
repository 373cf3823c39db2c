// Cancels the plays that a newer firing displaces. A play that is gone needs none.

import { isHeroError } from '@hero-logic/platform';
import { requestCancel } from '../cancel-play.ts';
import type { TriggerDeps } from './deps.ts';

const DISPLACED = 'its trigger fired again (overlap policy cancel_other)';

export async function cancelPlays(deps: TriggerDeps, playSids: readonly string[]): Promise<void> {
  await Promise.all(
    playSids.map(async (sid) => {
      try {
        await requestCancel(deps, sid, DISPLACED);
      } catch (error) {
        if (!isHeroError(error, 'PLAY_NOT_FOUND')) throw error;
      }
    }),
  );
}
