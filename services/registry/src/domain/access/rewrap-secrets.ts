// After a change of the key: every secret that an older key seals goes under the newest one. Then the older one can be taken away.

import type { Vault } from '@hero-logic/platform';
import type { SecretPlace, SecretStore } from './ports.ts';
import { rewrappedSecret } from './secret.ts';

const PAGE = 200;

/** Gives how many were wrapped anew. */
export async function rewrapSecrets(secrets: SecretStore, vault: Vault, signal: AbortSignal): Promise<number> {
  let wrapped = 0;
  let after: SecretPlace | undefined;
  while (!signal.aborted) {
    const page = await secrets.list(undefined, after, PAGE);
    for (const secret of page) {
      if (rewrappedSecret(secret, vault) === secret) continue;
      const now = await secrets.change(secret, (present) => present && rewrappedSecret(present, vault));
      if (now !== undefined) wrapped += 1;
    }
    after = page.at(-1);
    if (page.length < PAGE) break;
  }
  return wrapped;
}
