// Once after the start: secrets go under the newest key, and the log says so.

import type { Clock, Log, Loop, Vault } from '@hero-logic/platform';
import type { SecretStore } from '../domain/access/ports.ts';
import { rewrapSecrets } from '../domain/access/rewrap-secrets.ts';

const RETRY_MS = 60_000;

export interface RewrapLoopDeps {
  readonly secrets: SecretStore;
  readonly vault: Vault;
  readonly clock: Clock;
  readonly log: Log;
}

export function createRewrapLoop({ secrets, vault, clock, log }: RewrapLoopDeps): Loop {
  return {
    name: 'rewrap-secrets',
    async run(signal) {
      while (!signal.aborted) {
        try {
          const wrapped = await rewrapSecrets(secrets, vault, signal);
          if (wrapped > 0)
            log.info({ secrets: wrapped }, 'secrets went under the newest key; older keys can be taken away');
          return;
        } catch (error) {
          if (!signal.aborted) log.error({ err: error }, 'secrets could not be put under the newest key');
        }
        await clock.sleep(RETRY_MS, signal);
      }
    },
  };
}
