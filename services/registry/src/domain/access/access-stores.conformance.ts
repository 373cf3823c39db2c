// Contract of ApiKeyStore and AuditStore, for every adapter: one key per name, also among concurrent writers; a change is made of the key as
// it then stands and a refused one leaves it; audit events are written once per sid, read newest first, and go by age.

import type { AuditEvent } from '@hero-logic/platform';
import { beforeEach, describe, expect, it } from 'vitest';
import type { ApiKey } from './api-key.ts';
import type { ApiKeyStore, AuditStore } from './ports.ts';

export interface AccessStores {
  readonly keys: ApiKeyStore;
  readonly audit: AuditStore;
}

function aKey(sid: string, name = sid): ApiKey {
  return { sid, name, role: 'viewer', secrets: [{ sha256: 'a' }], createdAt: 1, createdBy: 'me' };
}

function anEvent(sid: string, at: number, caller = 'ann'): AuditEvent {
  return { sid, at, caller, role: 'author', method: 'S.M', subject: { play_sid: 'p' }, refusal: '' };
}

/** `create` gives fresh, empty stores. */
export function accessStoresConformance(name: string, create: () => Promise<AccessStores>): void {
  describe(`ApiKeyStore and AuditStore: ${name}`, () => {
    let keys: ApiKeyStore;
    let audit: AuditStore;
    beforeEach(async () => {
      ({ keys, audit } = await create());
    });

    it('keeps one key per name', async () => {
      const racing = await Promise.all(['k1', 'k2', 'k3'].map((sid) => keys.create(aKey(sid, 'ci'))));
      expect(racing.filter((made) => made)).toHaveLength(1);
      expect(await keys.create(aKey('k4', 'b'))).toBe(true);
      expect((await keys.list('', 10)).map((k) => k.name)).toEqual(['b', 'ci']);
      expect((await keys.list('b', 10)).map((k) => k.name)).toEqual(['ci']);
      expect(await keys.list('', 1)).toHaveLength(1);
      expect(await keys.get('k4')).toEqual(aKey('k4', 'b'));
      expect(await keys.get('none')).toBeUndefined();
    });

    it('changes a key as it then stands', async () => {
      await keys.create(aKey('k'));
      const add = (sha256: string) => keys.change('k', (k) => ({ ...k, secrets: [{ sha256 }, ...k.secrets] }));
      await Promise.all([add('b'), add('c')]);
      expect((await keys.get('k'))?.secrets).toHaveLength(3);
      const refuse = () => {
        throw new Error('no');
      };
      await expect(keys.change('k', refuse)).rejects.toThrow('no');
      expect((await keys.get('k'))?.secrets).toHaveLength(3);
      expect(await keys.change('none', (k) => k)).toBeUndefined();
    });

    it('writes an event once, reads the newest first, removes by age', async () => {
      await audit.add([anEvent('e1', 1), anEvent('e2', 2, 'bob')]);
      await audit.add([anEvent('e2', 2, 'bob'), anEvent('e3', 3)]);
      const sids = async (filter: Partial<Parameters<AuditStore['list']>[0]>) =>
        (await audit.list({ caller: '', beforeSid: '', limit: 10, ...filter })).map((e) => e.sid);
      expect(await sids({})).toEqual(['e3', 'e2', 'e1']);
      expect(await sids({ caller: 'ann' })).toEqual(['e3', 'e1']);
      expect(await sids({ beforeSid: 'e3', limit: 1 })).toEqual(['e2']);
      expect((await audit.list({ caller: 'bob', beforeSid: '', limit: 1 }))[0]).toEqual(anEvent('e2', 2, 'bob'));
      expect(await audit.removeBefore(3, 1)).toBe(1);
      expect(await sids({})).toEqual(['e3', 'e2']);
      expect(await audit.removeBefore(3, 10)).toBe(1);
      expect(await sids({})).toEqual(['e3']);
    });
  });
}
