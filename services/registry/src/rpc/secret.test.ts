// Contract: what is set is given to the workflows it names and to nobody else; no reply to a caller and no row of the store holds a value; a new
// secret says what it needs; without a key nothing is kept; a newer key takes over at the start.

import { createClient } from '@connectrpc/connect';
import { createGroupCommit, createVault, vaultKeysFrom } from '@hero-logic/platform';
import { SecretReadService } from '@hero-logic/proto/herologic/registry/v1/secret_read_service_pb';
import { SecretService } from '@hero-logic/proto/herologic/registry/v1/secret_service_pb';
import { afterEach, expect, it } from 'vitest';
import { rewrapSecrets } from '../domain/access/rewrap-secrets.ts';
import { createSqliteSecretStore } from '../storage/secret-store.sqlite.ts';
import { createTestRegistry, flowSource, refusal, type TestRegistry } from '../testing/build-for-test.ts';

const [OLD, NEW] = [Buffer.alloc(32, 1).toString('base64'), Buffer.alloc(32, 2).toString('base64')];
const vaultOf = (text: string) => createVault(vaultKeysFrom(text) ?? []);

let registry: TestRegistry;
afterEach(() => registry.close());

function open(keys: string) {
  registry = createTestRegistry(':memory:', undefined, vaultOf(keys));
  return {
    secrets: createClient(SecretService, registry.transport),
    reads: createClient(SecretReadService, registry.transport),
  };
}

it('goes to whom it names and into no reply', async () => {
  const { secrets, reads } = open(OLD);
  const { workflows } = registry;
  const bill = await workflows.createWorkflow({ name: 'bill_a', pythonSource: flowSource('bill_a') });
  const other = await workflows.createWorkflow({ name: 'other', pythonSource: flowSource('other') });
  const value = 'sk-live-0123456789';
  const made = await secrets.setSecret({ name: 'stripe', value, workflows: ['bill_*'] });
  const listed = await secrets.listSecrets({});
  const rows = registry.db.all('SELECT * FROM access_secrets');
  expect(JSON.stringify([made, listed, rows], (_, v) => (typeof v === 'bigint' ? String(v) : v))).not.toContain(value);
  expect(listed.secrets.map(({ name, workflows }) => [name, workflows])).toEqual([['stripe', ['bill_*']]]);
  const read = async (name: string, versionSid: string) => (await reads.readSecret({ name, versionSid })).value;
  expect(await read('stripe', bill.currentVersionSid)).toBe(value);
  expect(await read('stripe', other.currentVersionSid)).toBeUndefined();
  expect(await read('none', other.currentVersionSid)).toBeUndefined();
  await secrets.setSecret({ name: 'stripe', workflows: ['other'] });
  expect(await read('stripe', bill.currentVersionSid)).toBeUndefined();
  expect(await read('stripe', other.currentVersionSid)).toBe(value);
  await secrets.setSecret({ name: 'stripe', value: 'another-value' });
  expect(await read('stripe', other.currentVersionSid)).toBe('another-value');
  expect(await secrets.deleteSecret({ name: 'stripe' })).toMatchObject({ ok: true });
  expect(await read('stripe', other.currentVersionSid)).toBeUndefined();
  expect(await refusal(secrets.deleteSecret({ name: 'stripe' }))).toMatchObject({ reason: 'SECRET_NOT_FOUND' });
});

it('says what is wrong', async () => {
  const { secrets } = open('');
  const fields = async (request: object) => (await refusal(secrets.setSecret(request))).violations.map((v) => v.field);
  expect(await fields({ name: 'a b', value: '12345678', workflows: ['*'] })).toEqual(['name']);
  expect(await fields({ name: 'a', value: '1234567', workflows: ['*'] })).toEqual(['value']);
  expect(await fields({ name: 'a' })).toEqual(['value', 'workflows']);
  const refused = await refusal(secrets.setSecret({ name: 'a', value: '12345678', workflows: ['*'] }));
  expect(refused).toMatchObject({ reason: 'SECRETS_KEY_MISSING' });
  expect(refused.message).toContain('HERO_LOGIC_SECRETS_KEY');
});

it('goes under a newer key', async () => {
  const { secrets } = open(OLD);
  for (let i = 0; i < 3; i++) await secrets.setSecret({ name: `s${i}`, value: `value-${i}-x`, workflows: ['*'] });
  const store = createSqliteSecretStore(registry.db, createGroupCommit(registry.db));
  const never = new AbortController().signal;
  expect(await rewrapSecrets(store, vaultOf(`${NEW},${OLD}`), never)).toBe(3);
  expect(await rewrapSecrets(store, vaultOf(`${NEW},${OLD}`), never)).toBe(0);
  const kept = await store.get({ namespace: 'default', name: 's1' });
  expect(vaultOf(NEW).open(kept?.sealed ?? '', 'secret default/s1')).toBe('value-1-x');
});
