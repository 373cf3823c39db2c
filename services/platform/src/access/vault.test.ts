// Contract: what is sealed is found nowhere in the envelope and opens only with its key, under its own context, unchanged; a newer key takes
// over without the text being opened; without a key nothing is sealed and the refusal names the variable.

import { randomBytes } from 'node:crypto';
import { expect, it } from 'vitest';
import { createVault, type VaultKey, vaultKeyOf, vaultKeysFrom } from './vault.ts';

const aKey = () => randomBytes(32).toString('base64');
const keysOf = (...texts: string[]) => vaultKeysFrom(texts.join(', ')) as VaultKey[];

function reasonOf(call: () => unknown): string {
  try {
    call();
  } catch (error) {
    return (error as { reason: string }).reason;
  }
  return '';
}

it('opens with its key and context alone', () => {
  const [first, second] = [aKey(), aKey()];
  const vault = createVault(keysOf(first));
  const text = 'sk-live-ä-0123456789';
  const sealed = vault.seal(text, 'secret default/a');
  expect(vault.open(sealed, 'secret default/a')).toBe(text);
  expect(vault.seal(text, 'secret default/a')).not.toBe(sealed);
  expect(Buffer.from(sealed.split('.')[3] as string, 'base64url').includes(text)).toBe(false);
  expect(reasonOf(() => vault.open(sealed, 'secret default/b'))).toBe('INTERNAL');
  for (let at = sealed.indexOf('.') + 14; at < sealed.length - 1; at += 7) {
    const changed = `${sealed.slice(0, at)}${sealed[at] === 'A' ? 'B' : 'A'}${sealed.slice(at + 1)}`;
    expect(
      reasonOf(() => vault.open(changed, 'secret default/a')),
      String(at),
    ).toBe('INTERNAL');
  }
  expect(reasonOf(() => createVault(keysOf(second)).open(sealed, 'secret default/a'))).toBe('SECRETS_KEY_MISSING');
  expect(reasonOf(() => vault.open('nonsense', ''))).toBe('INTERNAL');
});

it('moves to a newer key', () => {
  const [old, next] = [aKey(), aKey()];
  const before = createVault(keysOf(old));
  const sealed = before.seal('text', 'c');
  const after = createVault(keysOf(next, old));
  expect(after.open(sealed, 'c')).toBe('text');
  const rewrapped = after.rewrapped(sealed) as string;
  expect(vaultKeyOf(rewrapped)).toBe(keysOf(next)[0]?.id);
  expect(rewrapped.split('.')[3]).toBe(sealed.split('.')[3]);
  expect(createVault(keysOf(next)).open(rewrapped, 'c')).toBe('text');
  expect(after.rewrapped(rewrapped)).toBeUndefined();
  expect(createVault(keysOf(next)).rewrapped(sealed)).toBeUndefined();
});

it('says what is missing', () => {
  expect(() => createVault([]).seal('x', 'c')).toThrow('HERO_LOGIC_SECRETS_KEY');
  expect(vaultKeysFrom('')).toEqual([]);
  expect(vaultKeysFrom(`${aKey()}\n${aKey()}\n`)).toHaveLength(2);
  for (const bad of ['short', aKey().slice(1), `${aKey()},x`]) expect(vaultKeysFrom(bad)).toBeUndefined();
});
