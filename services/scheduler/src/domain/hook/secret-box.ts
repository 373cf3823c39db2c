// In what form the stores keep the secrets of webhooks: sealed where a key is configured, else as they are. One that was kept before there was
// a key is read all the same; it is sealed when what has it is written again.

import type { Vault } from '@hero-logic/platform';
import { type HookSecret, isPlainSecret, liveSecrets } from './signature.ts';

/** A webhook, or a trigger of that kind. */
interface Owner {
  readonly sid: string;
  readonly secrets?: readonly HookSecret[] | undefined;
}

/** What is written instead of it. */
export type SealSecrets = <T extends Owner>(owner: T) => T;

export interface SecretBox {
  /** Its secrets go under the newest key. */
  readonly seal: SealSecrets;
  /** Those that are good at that time, newest first. SECRETS_KEY_MISSING. */
  open(owner: Owner, now: number): HookSecret[];
  /** The one that was made last; empty: it has none. SECRETS_KEY_MISSING. */
  newest(owner: Owner): string;
}

export function createSecretBox(vault: Vault): SecretBox {
  const textOf = (sid: string, { text }: HookSecret) => (isPlainSecret(text) ? text : vault.open(text, contextOf(sid)));
  return {
    seal(owner) {
      const { sid, secrets = [] } = owner;
      if (!vault.canSeal || secrets.length === 0) return owner;
      const sealed = ({ text, ...rest }: HookSecret) => ({
        ...rest,
        text: isPlainSecret(text) ? vault.seal(text, contextOf(sid)) : (vault.rewrapped(text) ?? text),
      });
      return { ...owner, secrets: secrets.map(sealed) };
    },
    open: ({ sid, secrets = [] }, now) =>
      liveSecrets(secrets, now).map((secret) => ({ ...secret, text: textOf(sid, secret) })),
    newest: ({ sid, secrets: [first] = [] }) => (first === undefined ? '' : textOf(sid, first)),
  };
}

function contextOf(sid: string): string {
  return `webhook ${sid}`;
}
