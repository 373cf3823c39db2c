// What every store does with the secrets of webhooks, in and out: with a key they are written sealed, also those of older data as soon as what
// has them is written again, and under the newest key; without one they are written as they are.

import { randomBytes } from 'node:crypto';
import { createVault, type VaultKey, vaultKeyOf, vaultKeysFrom } from '@hero-logic/platform';
import { expect, test } from 'vitest';
import { createSecretBox, type SealSecrets } from './secret-box.ts';
import { type HookSecret, newHookSecret } from './signature.ts';

export interface SecretsUnderTest {
  add(sid: string, secrets: readonly HookSecret[]): Promise<unknown>;
  /** Writes something else of it. */
  touch(sid: string): Promise<unknown>;
  find(
    sid: string,
  ): Promise<{ readonly sid: string; readonly secrets?: readonly HookSecret[] | undefined } | undefined>;
  close(): Promise<void>;
}

export function freshKeys(): readonly VaultKey[] {
  return vaultKeysFrom(randomBytes(32).toString('base64')) ?? [];
}

export function keepsSecrets(name: string, create: (seal: SealSecrets) => Promise<SecretsUnderTest>): void {
  test(`${name}: secrets are kept sealed once there is a key`, async () => {
    let keys: readonly VaultKey[] = [];
    const box = () => createSecretBox(createVault(keys));
    const store = await create((owner) => box().seal(owner));
    try {
      const secrets = [{ text: newHookSecret() }, { text: newHookSecret(), until: 1000 }];
      const kept = async (sid: string) => (await store.find(sid))?.secrets?.map(({ text }) => text) ?? [];
      const opened = async (sid: string, now = 0) => box().open((await store.find(sid)) ?? { sid }, now);
      await store.add('old', secrets);
      expect((await store.find('old'))?.secrets).toEqual(secrets);

      const [first, second] = [freshKeys(), freshKeys()];
      keys = first;
      expect(await opened('old')).toEqual(secrets);
      await store.touch('old');
      await store.add('new', secrets);
      for (const sid of ['old', 'new']) {
        expect((await kept(sid)).join()).not.toContain('whsec_');
        expect(await opened(sid)).toEqual(secrets);
        expect(await opened(sid, 1000)).toEqual(secrets.slice(0, 1));
      }
      const moved = { sid: 'old', secrets: (await store.find('new'))?.secrets };
      expect(() => box().open(moved, 0)).toThrow('was changed');

      keys = [...second, ...first];
      await store.touch('old');
      keys = second;
      expect((await kept('old')).map(vaultKeyOf)).toEqual([second[0]?.id, second[0]?.id]);
      expect(await opened('old')).toEqual(secrets);
      await expect(opened('new')).rejects.toThrow(/the key \S+, which is not there; set HERO_LOGIC_SECRETS_KEY/);

      keys = [];
      await store.touch('old');
      await expect(opened('old')).rejects.toMatchObject({ reason: 'SECRETS_KEY_MISSING' });
    } finally {
      await store.close();
    }
  });
}
