// Says of a play that was there why it is gone, whichever call asks for it.

import { isHeroError } from '@hero-logic/platform';
import { playRemoved } from '../domain/errors.ts';
import type { RemovalStore } from '../domain/removal/removal-store.ts';

/** The service, whose PLAY_NOT_FOUND is PLAY_REMOVED where that is so. */
export function sayingWhyGone<Service extends object>(service: Service, removals: RemovalStore): Service {
  type Method = (...args: unknown[]) => unknown;
  const methods = Object.entries(service as Record<string, Method>).map(([name, method]): [string, Method] => [
    name,
    (...args) => {
      const reply = method(...args);
      if (reply instanceof Promise) return reply.catch((error: unknown) => explain(error, removals));
      return isStream(reply) ? explaining(reply, removals) : reply;
    },
  ]);
  return Object.fromEntries(methods) as Service;
}

function isStream(reply: unknown): reply is AsyncIterable<unknown> {
  return typeof reply === 'object' && reply !== null && Symbol.asyncIterator in reply;
}

async function* explaining(stream: AsyncIterable<unknown>, removals: RemovalStore): AsyncGenerator {
  try {
    yield* stream;
  } catch (error) {
    await explain(error, removals);
  }
}

async function explain(error: unknown, removals: RemovalStore): Promise<never> {
  if (!isHeroError(error, 'PLAY_NOT_FOUND')) throw error;
  const playSid = error.metadata.play_sid ?? '';
  const { by = '', removedAt } = (await removals.find(playSid)) ?? {};
  throw removedAt === undefined ? error : playRemoved(playSid, by, removedAt);
}
