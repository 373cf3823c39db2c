// Whether a key is good, asked of the registry and remembered for a moment: a revoked key is refused at the latest 5 s later.

import type { Clock } from '../clock.ts';
import { toHeroError } from '../errors/connect.ts';
import { isHeroError } from '../errors/hero-error.ts';
import { type Caller, callerEverywhere } from './caller.ts';
import { type KeyText, parseKeyText, sameSecret } from './key-text.ts';
import { type Principal, principalOf } from './principal.ts';
import type { Session } from './session.ts';

const KEY_MEMORY_MS = 5000;
const MOST_REMEMBERED = 10_000;

export interface KeyCheckOptions {
  /** Asks the owner of the keys. Rejects with UNAUTHENTICATED for one that is not good. */
  readonly check: (sid: string, secretSha256: string) => Promise<Caller>;
  /** A key with the role admin that stands in the configuration: by it the first others are made. Empty = none. */
  readonly adminKey: string;
  /** By it services know each other; for whom they call is what they say. Empty = none. */
  readonly serviceToken: string;
  /** Opens what a signed-in browser shows. */
  readonly openSession?: ((text: string) => Session | undefined) | undefined;
  /** Checks a token of the identity provider. */
  readonly checkToken?: ((text: string) => Promise<Caller | undefined>) | undefined;
  readonly clock: Clock;
}

/** Reads "Authorization: Bearer ...". undefined: no credential, or one that is not good. */
export function createKeyCheck(
  options: KeyCheckOptions,
): (headers: Headers) => Promise<Caller | Principal | undefined> {
  const known = new Map<string, { readonly caller: Caller | undefined; readonly until: number }>();

  async function ask(sid: string, secretSha256: string): Promise<Caller | undefined> {
    try {
      return await options.check(sid, secretSha256);
    } catch (error) {
      if (isHeroError(toHeroError(error), 'UNAUTHENTICATED')) return undefined;
      throw error;
    }
  }

  async function callerOfText(text: string, headers: Headers): Promise<Caller | Principal | undefined> {
    if (options.serviceToken !== '' && sameSecret(text, options.serviceToken)) return principalOf(headers);
    const session = options.openSession?.(text);
    if (session?.kind === 'person') return session.caller;
    const shown = session?.key ?? text;
    if (options.adminKey !== '' && sameSecret(shown, options.adminKey)) return callerEverywhere('admin key', 'admin');
    const key = parseKeyText(shown);
    return key === undefined ? options.checkToken?.(shown) : callerOfKey(key);
  }

  async function callerOfKey(key: KeyText): Promise<Caller | undefined> {
    const id = `${key.sid} ${key.secretSha256}`;
    const remembered = known.get(id);
    if (remembered !== undefined && remembered.until > options.clock.now()) return remembered.caller;
    const caller = await ask(key.sid, key.secretSha256);
    known.delete(id);
    known.set(id, { caller, until: options.clock.now() + KEY_MEMORY_MS });
    if (known.size > MOST_REMEMBERED) known.delete(known.keys().next().value as string);
    return caller;
  }

  return async (headers) => {
    const text = bearerOf(headers);
    return text === undefined ? undefined : callerOfText(text, headers);
  };
}

function bearerOf(headers: Headers): string | undefined {
  return /^Bearer +(\S+)$/i.exec(headers.get('authorization') ?? '')?.[1];
}
