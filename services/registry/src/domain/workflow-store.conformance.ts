// Contract of WorkflowStore, for every adapter: names and request ids are unique, also among concurrent writers; `replace` loses against
// whoever was faster; versions are numbered without gaps and an equal source is written once; what is removed is gone with all it had;
// lists are in code point order; what can be searched follows every write.

import { placedName } from '@hero-logic/platform';
import { beforeEach, describe, expect, it } from 'vitest';
import type { ExampleStore, WorkflowStore } from './ports.ts';
import type { VersionDraft } from './version.ts';
import { NO_LIMITS } from './version.ts';
import { changeWorkflow, newWorkflow, type Workflow } from './workflow.ts';

export interface RegistryStores {
  readonly workflows: WorkflowStore;
  readonly examples: ExampleStore;
}

export function aWorkflow(sid: string, name = sid, more: Partial<Workflow> = {}): Workflow {
  return { ...newWorkflow({ sid, name, description: '', tags: [], requestId: '', now: 1 }), ...more };
}

export function aDraft(sid: string, workflowSid: string, source = sid): VersionDraft {
  return {
    sid,
    workflowSid,
    label: '',
    notes: '',
    source,
    sha256: `sha of ${source}`,
    inputs: [{ name: 'n', type: undefined, description: '', required: true, default: '', schema: '' }],
    outputs: [],
    limits: NO_LIMITS,
    outline: { entry: 'main', description: '', flows: [{ name: `step of ${sid}`, title: '', doc: '', line: 1 }] },
    origin: 'user',
    createdAt: 1,
  };
}

/** `create` gives fresh, empty stores. */
export function workflowStoreConformance(name: string, create: () => Promise<RegistryStores>): void {
  describe(`WorkflowStore: ${name}`, () => {
    let store: WorkflowStore;
    let examples: ExampleStore;
    beforeEach(async () => {
      ({ workflows: store, examples } = await create());
    });

    it('creates with or without a version, once per name and request id', async () => {
      expect(await store.create(aWorkflow('a'), undefined)).toMatchObject({ kind: 'created' });
      expect(await store.get('a')).toEqual(aWorkflow('a'));
      const b = aWorkflow('b', 'b', { requestId: 'r', seed: { description: '', tags: [], examples: {} } });
      const made = await store.create(b, aDraft('v', 'b'));
      expect(made).toEqual({ kind: 'created', workflow: { ...b, currentVersionSid: 'v' } });
      expect(await store.getByName('b')).toEqual({ ...b, currentVersionSid: 'v' });
      expect(await store.getByRequest('r')).toMatchObject({ sid: 'b' });
      expect(await store.getVersion('v')).toMatchObject({ number: 1, label: 'v1', entry: 'main', origin: 'user' });
      expect(await store.getSource('v')).toBe('v');
      expect((await store.create(aWorkflow('c', 'b'), undefined)).kind).toBe('name-taken');
      const repeated = await store.create(aWorkflow('d', 'd', { requestId: 'r' }), aDraft('v2', 'd'));
      expect(repeated).toMatchObject({ kind: 'repeated', workflow: { sid: 'b' } });
      expect(await store.getVersion('v2')).toBeUndefined();
      const racing = await Promise.all(['e', 'f', 'g'].map((sid) => store.create(aWorkflow(sid, 'same'), undefined)));
      expect(racing.map((r) => r.kind).sort()).toEqual(['created', 'name-taken', 'name-taken']);
    });

    it('replaces only what is still as it was read', async () => {
      await store.create(aWorkflow('a'), undefined);
      await store.create(aWorkflow('b'), undefined);
      const next = changeWorkflow(aWorkflow('a'), { name: 'c', tags: ['x'] }, 5);
      expect(await store.replace(aWorkflow('a'), next)).toBe('replaced');
      expect(await store.getByName('c')).toEqual(next);
      expect(await store.getByName('a')).toBeUndefined();
      expect(await store.replace(aWorkflow('a'), next)).toBe('changed');
      expect(await store.replace(next, changeWorkflow(next, { name: 'b' }, 6))).toBe('name-taken');
      expect(await store.replace(aWorkflow('z'), aWorkflow('z'))).toBe('changed');
      const racing = ['1', '2', '3'].map((d) => store.replace(next, changeWorkflow(next, { description: d }, 7)));
      expect((await Promise.all(racing)).sort()).toEqual(['changed', 'changed', 'replaced']);
    });

    it('numbers versions without gaps and writes an equal source once', async () => {
      await store.create(aWorkflow('a'), undefined);
      const sids = ['1', '2', '3', '4'];
      const added = await Promise.all(sids.map((s) => store.addVersion(aDraft(`v${s}`, 'a'), false, 9)));
      expect(added.map((a) => [a?.version.number, a?.written])).toEqual(sids.map((s) => [Number(s), true]));
      const workflow = await store.get('a');
      expect(workflow).toMatchObject({ currentVersionSid: 'v1', updatedAt: 9, revision: 2 });
      const again = await store.addVersion(aDraft('v9', 'a', 'v2'), false, 10);
      expect(again).toMatchObject({ written: false, version: { sid: 'v2' }, workflow: { currentVersionSid: 'v1' } });
      const current = await store.addVersion(aDraft('v9', 'a', 'v2'), true, 11);
      expect(current).toMatchObject({ written: false, workflow: { currentVersionSid: 'v2', revision: 3 } });
      expect((await store.listVersions('a')).map((v) => v.sid)).toEqual(['v4', 'v3', 'v2', 'v1']);
      expect((await store.newestVersion('a'))?.sid).toBe('v4');
      expect((await store.getVersionBySha('a', 'sha of v3'))?.sid).toBe('v3');
      expect(await store.getVersionBySha('b', 'sha of v3')).toBeUndefined();
      expect(await store.addVersion(aDraft('x', 'nope'), true, 12)).toBeUndefined();
      expect(await store.getVersion('x')).toBeUndefined();
    });

    it('removes a workflow with its versions and examples, and frees its name and request id', async () => {
      await store.create(aWorkflow('a', 'a', { requestId: 'r' }), aDraft('v', 'a'));
      const content = { name: 'e', description: '', workflowVersionSid: '', expectedOutput: '', tags: [] };
      await examples.upsert('a', { ...content, inputValues: [], resumes: [] }, 'e', 1);
      expect(await store.remove('a')).toBe(true);
      expect(await store.remove('a')).toBe(false);
      const left = [store.get('a'), store.getByName('a'), store.getByRequest('r'), store.getVersion('v')];
      expect(await Promise.all(left)).toEqual([undefined, undefined, undefined, undefined]);
      expect([await store.getSource('v'), await examples.get('e')]).toEqual([undefined, undefined]);
      expect((await store.create(aWorkflow('b', 'a', { requestId: 'r' }), undefined)).kind).toBe('created');
    });

    it('lists by name in code point order, after a name, by words and tags', async () => {
      for (const [sid, name, description, tags] of [
        ['1', 'b', 'Red Ärger', ['x']],
        ['2', 'B', 'red', ['x', 'y']],
        ['3', '\u{1F600}', '', []],
        ['4', '\uFB00', 'green "quoted" 100%', ['y']],
      ] as const) {
        await store.create(aWorkflow(sid, name, { description, tags }), undefined);
      }
      const list = async (more: object) =>
        (await store.list({ words: [], tags: [], afterName: '', limit: 10, ...more })).map((w) => w.sid).join('');
      expect(await list({})).toBe('2143');
      expect(await list({ limit: 2 })).toBe('21');
      expect(await list({ afterName: 'b' })).toBe('43');
      expect(await list({ words: ['red'] })).toBe('21');
      expect(await list({ words: ['red', 'ärg'] })).toBe('1');
      expect(await list({ words: ['"quoted"', '100%'] })).toBe('4');
      expect(await list({ words: ['_'] })).toBe('');
      expect(await list({ tags: ['x'] })).toBe('21');
      expect(await list({ tags: ['x', 'y'] })).toBe('2');
    });

    it('keeps namespaces apart: names, lists, and what can be searched', async () => {
      const put = (sid: string, name: string, namespace?: string) =>
        store.create(aWorkflow(sid, name, namespace === undefined ? {} : { namespace }), undefined);
      for (const [sid, name, namespace] of [
        ['1', 'x'],
        ['2', 'x', 'team'],
        ['3', 'a', 'team'],
        ['4', 'x', 'team-2'],
        ['5', 'z'],
      ] as const) {
        expect((await put(sid, name, namespace)).kind).toBe('created');
      }
      expect((await put('6', 'x', 'team')).kind).toBe('name-taken');
      const sids = async (namespace?: string, afterName = '', limit = 10) =>
        (await store.list({ words: [], tags: [], namespace, afterName, limit })).map((w) => w.sid).join('');
      expect(await sids('default')).toBe('15');
      expect(await sids('team')).toBe('32');
      expect(await sids('team', placedName('team', 'a'))).toBe('2');
      expect(await sids('team-2')).toBe('4');
      expect(await sids('none')).toBe('');
      expect([...(await sids())].sort().join('')).toBe('12345');
      expect((await store.getByName(placedName('team', 'x')))?.sid).toBe('2');
      expect((await store.getByName('x'))?.sid).toBe('1');
      const entries = (await store.searchable()).map((e) => `${e.namespace} ${e.name}`);
      expect(entries.sort()).toEqual(['default x', 'default z', 'team a', 'team x', 'team-2 x']);
      const two = (await store.get('2')) as Workflow;
      const renamed = changeWorkflow(two, { name: 'a' }, 9);
      expect(await store.replace(two, renamed)).toBe('name-taken');
      expect(await store.replace(two, changeWorkflow(two, { name: 'z' }, 9))).toBe('replaced');
      expect((await store.getByName(placedName('team', 'z')))?.sid).toBe('2');
    });

    it('keeps what can be searched up to date', async () => {
      await store.create(aWorkflow('a', 'Alpha'), aDraft('v1', 'a'));
      const steps = async () => (await store.searchable()).map((e) => [e.name, e.texts.name, e.texts.step]);
      expect(await steps()).toEqual([['Alpha', 'Alpha', 'step of v1']]);
      const [before] = await store.searchable();
      const added = await store.addVersion(aDraft('v2', 'a'), false, 2);
      expect((await store.searchable())[0], 'the same object until it changes').toBe(before);
      expect(await steps()).toEqual([['Alpha', 'Alpha', 'step of v1']]);
      const current = await store.addVersion(aDraft('v2', 'a'), true, 2);
      expect(await steps()).toEqual([['Alpha', 'Alpha', 'step of v2']]);
      expect(added?.version.sid).toBe('v2');
      const archived = changeWorkflow(current?.workflow as Workflow, { archived: true }, 3);
      await store.replace(current?.workflow as Workflow, archived);
      expect(await steps()).toEqual([]);
      await store.replace(archived, changeWorkflow(archived, { archived: false, name: 'Beta' }, 4));
      expect(await steps()).toEqual([['Beta', 'Beta', 'step of v2']]);
      await store.create(aWorkflow('b', 'b', { archived: true }), undefined);
      expect(await steps()).toHaveLength(1);
      await store.remove('a');
      expect(await steps()).toEqual([]);
    });

    it('gives texts back as they came', async () => {
      const text = 'nul \0, quote ", \u2028, \u{1F600}, 1.0, \r\n';
      await store.create(aWorkflow('a', 'a', { description: text, tags: [text] }), aDraft('v', 'a', text));
      expect(await store.get('a')).toMatchObject({ description: text, tags: [text] });
      expect(await store.getSource('v')).toBe(text);
    });
  });
}
