// Contract: names are unique; the first version becomes current, later ones only when asked; an equal source is the version that exists;
// what is left out is read from the source; unsound sources and fields are refused by name; no sid that does not exist is accepted;
// an etag refuses a lost update; deleting waits for plays unless forced.

import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createTestRegistry, flowSource, refusal, type TestRegistry } from '../testing/build-for-test.ts';

let registry: TestRegistry;
beforeEach(() => {
  registry = createTestRegistry();
});
afterEach(() => registry.close());

const byName = (name: string) => ({ workflow: { case: 'name', value: name } }) as const;
const bySid = (sid: string) => ({ workflow: { case: 'workflowSid', value: sid } }) as const;

describe('create', () => {
  it('writes version 1 with the source, makes it current and reads the declaration', async () => {
    const source = flowSource('greet', 'return name', 'name: str, times: int = 2');
    const policies = { slotCost: 2, onDivergence: 'stop', isolation: 'version' };
    const made = await registry.workflows.createWorkflow({
      name: 'greet',
      description: 'Says hello',
      tags: ['demo'],
      pythonSource: source,
      notes: 'first',
      limits: { wallMs: 1000n, network: 'none', maxRunning: 3, startsPerMinute: 60, ...policies },
    });
    expect(made.sid).toMatch(/^[0-9a-z]{26}$/);
    expect(made.versions).toHaveLength(1);
    const [version] = made.versions;
    expect(version).toMatchObject({ number: 1, label: 'v1', notes: 'first', pythonSource: '', entry: 'greet' });
    expect(made.currentVersionSid).toBe(version?.sid);
    expect(version?.inputs.map((f) => [f.name, f.fieldType, f.required, f.default])).toEqual([
      ['name', 1, true, ''],
      ['times', 3, false, '2'],
    ]);
    expect(version?.limits).toMatchObject({ wallMs: 1000n, cpuS: 0, network: 'none' });
    expect(version?.limits).toMatchObject({ maxRunning: 3, startsPerMinute: 60, ...policies });
    expect(version?.createdAt).toEqual(made.createdAt);
    const fetched = await registry.workflows.getVersion({ versionSid: version?.sid ?? '' });
    expect(fetched.pythonSource).toBe(source);
    expect(await registry.workflows.getWorkflow(byName('greet'))).toEqual(made);
    expect(await registry.workflows.getWorkflow(bySid(made.sid))).toEqual(made);
  });

  it('refuses a taken name, unless the same request made it', async () => {
    const first = await registry.workflows.createWorkflow({ name: 'a', requestId: 'r1' });
    expect(first.currentVersionSid).toBe('');
    expect(await registry.workflows.createWorkflow({ name: 'a', requestId: 'r1' })).toEqual(first);
    expect((await refusal(registry.workflows.createWorkflow({ name: 'a', requestId: 'r2' }))).reason).toBe(
      'WORKFLOW_NAME_TAKEN',
    );
    const both = await Promise.allSettled([
      registry.workflows.createWorkflow({ name: 'b', pythonSource: flowSource('b') }),
      registry.workflows.createWorkflow({ name: 'b', pythonSource: flowSource('b') }),
    ]);
    expect(both.map((r) => r.status).sort()).toEqual(['fulfilled', 'rejected']);
  });

  it('takes the description from the declaration, else from the docstring, unless the caller gives one', async () => {
    const source = (name: string, options: string) =>
      `from hero_tracing import flow\n@flow(${options})\ndef ${name}():\n    """Of the docstring.\n\n    Returns:\n        x\n    """\n`;
    const describe = async (name: string, options: string, description = '') =>
      (await registry.workflows.createWorkflow({ name, description, pythonSource: source(name, options) })).description;
    expect(await describe('a', '')).toBe('Of the docstring.');
    expect(await describe('b', 'description="Of the declaration"')).toBe('Of the declaration');
    expect(await describe('c', '', 'Of the caller')).toBe('Of the caller');
  });

  it('refuses what would be lost without a source', async () => {
    const error = await refusal(registry.workflows.createWorkflow({ name: 'a', inputs: [{ name: 'x' }], notes: 'n' }));
    expect(error.violations.map((v) => v.field)).toEqual(['inputs', 'notes']);
  });

  it('refuses a source that does not parse or has no entry, with line and column', async () => {
    const broken = await refusal(
      registry.workflows.createWorkflow({ name: 'a', pythonSource: 'from hero_tracing import flow\n\ndef f(:\n' }),
    );
    expect(broken.reason).toBe('INVALID_SOURCE');
    expect(broken.message).toContain('line 3, column 7');
    expect(broken.metadata).toMatchObject({ line: '3', column: '7' });
    expect(broken.violations[0]?.field).toBe('python_source');
    const none = await refusal(registry.workflows.createWorkflow({ name: 'a', pythonSource: 'x = 1\n' }));
    expect(none.message).toContain('declares none');
    const two = 'from hero_tracing import flow\n@flow\ndef one(): ...\n@flow\ndef two(): ...\n';
    const several = await refusal(registry.workflows.createWorkflow({ name: 'a', pythonSource: two }));
    expect(several.message).toContain("the candidates are 'one', 'two'");
    expect(several.metadata).toMatchObject({ line: '3' });
    await registry.workflows.createWorkflow({ name: 'two', pythonSource: two });
    expect((await registry.workflows.listWorkflows({})).workflows.map((w) => w.name)).toEqual(['two']);
  });

  it('checks given fields: names, defaults, schemas, documents', async () => {
    const create = (inputs: object[]) =>
      refusal(registry.workflows.createWorkflow({ name: 'a', pythonSource: flowSource('a'), inputs }));
    expect((await create([{ name: 'x' }, { name: 'x' }])).violations[0]?.field).toBe('inputs[1].name');
    expect((await create([{ name: 'x', fieldType: 3, default: '1.5' }])).violations[0]).toEqual({
      field: 'inputs[0].default',
      description: 'must be an integer, not number',
    });
    expect((await create([{ name: 'x', schema: '{"type":"nope"}' }])).violations[0]?.field).toBe('inputs[0].schema');
    expect((await create([{ name: 'x', schema: '{"minimum":5}', default: '4' }])).violations).toEqual([
      { field: 'inputs[0].default', description: 'must be >= 5' },
    ]);
    const broken = await create([{ name: 'x', default: '{"a":' }]);
    expect([broken.reason, broken.violations[0]?.field]).toEqual(['INVALID_JSON', 'inputs[0].default']);
    const big = { name: 'x', default: '9007199254740993.0', fieldType: 3 };
    const made = await registry.workflows.createWorkflow({ name: 'a', pythonSource: flowSource('a'), inputs: [big] });
    expect(made.versions[0]?.inputs[0]).toMatchObject(big);
  });

  it('takes types that given fields leave out from the source', async () => {
    const pythonSource = flowSource('a', 'return 1', 'n: int, other: str');
    const made = await registry.workflows.createWorkflow({ name: 'a', pythonSource, inputs: [{ name: 'n' }] });
    expect(made.versions[0]?.inputs.map((f) => [f.name, f.fieldType])).toEqual([['n', 3]]);
  });
});

describe('versions', () => {
  it('numbers them, keeps the first current, and gives the one that exists for an equal source', async () => {
    const { sid } = await registry.workflows.createWorkflow({ name: 'w' });
    const add = (body: string, more: object = {}) =>
      registry.workflows.createVersion({ workflowSid: sid, pythonSource: flowSource('w', body), ...more });
    const one = await add('return 1');
    const two = await add('return 2', { label: 'second', notes: 'why' });
    expect([one.number, one.label, two.number, two.label]).toEqual([1, 'v1', 2, 'second']);
    expect(two.pythonSource).toContain('return 2');
    expect((await registry.workflows.getWorkflow(bySid(sid))).currentVersionSid).toBe(one.sid);
    const again = await add('return 2', { setCurrent: true, label: 'other' });
    expect(again).toEqual(two);
    const after = await registry.workflows.getWorkflow(bySid(sid));
    expect(after.currentVersionSid).toBe(two.sid);
    expect(after.versions.map((v) => v.number)).toEqual([2, 1]);
    const back = await registry.workflows.setCurrentVersion({ workflowSid: sid, versionSid: one.sid });
    expect([back.currentVersionSid, back.versions.length]).toEqual([one.sid, 2]);
    expect(back.etag).not.toBe(after.etag);
    const same = await registry.workflows.setCurrentVersion({ workflowSid: sid, versionSid: one.sid });
    expect(same.etag).toBe(back.etag);
  });

  it('gives concurrent writers of one source one version, and of several consecutive numbers', async () => {
    const { sid } = await registry.workflows.createWorkflow({ name: 'w' });
    const bodies = ['return 1', 'return 1', 'return 2', 'return 3', 'return 3'];
    const made = await Promise.all(
      bodies.map((body) => registry.workflows.createVersion({ workflowSid: sid, pythonSource: flowSource('w', body) })),
    );
    expect(new Set(made.map((v) => v.sid)).size).toBe(3);
    expect([...new Set(made.map((v) => v.number))].sort()).toEqual([1, 2, 3]);
  });

  it('keeps the entry a version was written with when the workflow is renamed', async () => {
    const pythonSource = 'from hero_tracing import flow\n@flow\ndef w(): ...\n@flow\ndef other(): ...\n';
    const { sid } = await registry.workflows.createWorkflow({ name: 'w', pythonSource });
    await registry.workflows.updateWorkflow({ workflowSid: sid, name: 'renamed' });
    const found = await registry.catalog.resolveVersion({ workflow: { case: 'name', value: 'renamed' } });
    expect(found.version?.entry).toBe('w');
  });
});

describe('NOT_FOUND', () => {
  it('answers every sid that does not exist', async () => {
    const a = await registry.workflows.createWorkflow({ name: 'a', pythonSource: flowSource('a') });
    const b = await registry.workflows.createWorkflow({ name: 'b', pythonSource: flowSource('b') });
    const { workflows, catalog } = registry;
    const other = b.currentVersionSid;
    const workflowCalls = [
      workflows.getWorkflow(bySid('nope')),
      workflows.getWorkflow(byName('nope')),
      workflows.updateWorkflow({ workflowSid: 'nope', description: 'x' }),
      workflows.deleteWorkflow({ workflowSid: 'nope' }),
      workflows.deleteWorkflow({ workflowSid: 'nope', force: true }),
      workflows.createVersion({ workflowSid: 'nope', pythonSource: flowSource('a') }),
      workflows.setCurrentVersion({ workflowSid: 'nope', versionSid: other }),
      catalog.resolveVersion(bySid('nope')),
      catalog.resolveVersion(byName('nope')),
    ];
    for (const call of workflowCalls) expect((await refusal(call)).reason).toBe('WORKFLOW_NOT_FOUND');
    const versionCalls = [
      workflows.getVersion({ versionSid: 'nope' }),
      workflows.setCurrentVersion({ workflowSid: a.sid, versionSid: 'nope' }),
      workflows.setCurrentVersion({ workflowSid: a.sid, versionSid: other }),
      catalog.resolveVersion({ ...bySid(a.sid), versionSid: other }),
      catalog.resolveVersion({ ...byName('a'), versionSid: 'nope' }),
      catalog.resolveVersion({ versionSid: 'nope' }),
    ];
    for (const call of versionCalls) expect((await refusal(call)).reason).toBe('VERSION_NOT_FOUND');
  });
});

describe('catalog', () => {
  it('resolves by sid, name or version, with the source when asked', async () => {
    const pythonSource = flowSource('a');
    const a = await registry.workflows.createWorkflow({ name: 'a', pythonSource });
    const found = await registry.catalog.resolveVersion({ ...byName('a'), withSource: true });
    expect([found.workflow?.sid, found.workflow?.versions.length]).toEqual([a.sid, 0]);
    expect(found.version?.pythonSource).toBe(pythonSource);
    const byVersion = await registry.catalog.resolveVersion({ versionSid: a.currentVersionSid });
    expect([byVersion.workflow?.name, byVersion.version?.pythonSource]).toEqual(['a', '']);
    await registry.workflows.createWorkflow({ name: 'empty' });
    expect((await refusal(registry.catalog.resolveVersion(byName('empty')))).reason).toBe('WORKFLOW_HAS_NO_VERSION');
    expect((await refusal(registry.catalog.resolveVersion({}))).reason).toBe('INVALID_ARGUMENT');
  });
});

describe('update', () => {
  it('changes what is given, refuses a stale etag and a taken name', async () => {
    const { workflows, clock } = registry;
    const a = await workflows.createWorkflow({ name: 'a', description: 'd', tags: ['x'] });
    await workflows.createWorkflow({ name: 'b' });
    await clock.advance(1000);
    const b = await workflows.updateWorkflow({ workflowSid: a.sid, description: '', etag: a.etag, archived: true });
    expect(b).toMatchObject({ name: 'a', description: '', tags: ['x'], archived: true });
    expect(b.etag).not.toBe(a.etag);
    expect(Number(b.updatedAt?.seconds)).toBe(Number(a.updatedAt?.seconds) + 1);
    const stale = await refusal(workflows.updateWorkflow({ workflowSid: a.sid, description: 'e', etag: a.etag }));
    expect(stale.reason).toBe('ETAG_MISMATCH');
    const taken = await refusal(workflows.updateWorkflow({ workflowSid: a.sid, name: 'b' }));
    expect(taken.reason).toBe('WORKFLOW_NAME_TAKEN');
    const cleared = await workflows.updateWorkflow({ workflowSid: a.sid, tags: {} });
    expect(cleared.tags).toEqual([]);
    expect((await workflows.updateWorkflow({ workflowSid: a.sid, tags: {} })).etag).toBe(cleared.etag);
    const racing = await Promise.all(
      ['1', '2', '3'].map((description) => workflows.updateWorkflow({ workflowSid: a.sid, description })),
    );
    expect(new Set(racing.map((w) => w.etag)).size).toBe(3);
  });
});

describe('list', () => {
  it('pages by name and filters by words and tags', async () => {
    for (const [name, description, tags] of [
      ['c', 'Über invoices', ['x', 'y']],
      ['a', 'nothing', ['x']],
      ['b_%', 'INVOICE', []],
    ] as const) {
      await registry.workflows.createWorkflow({ name, description, tags: [...tags] });
    }
    const names = async (req: object) =>
      (await registry.workflows.listWorkflows(req)).workflows.map((w) => w.name).join();
    expect(await names({})).toBe('a,b_%,c');
    expect(await names({ query: 'invoice' })).toBe('b_%,c');
    expect(await names({ query: ' über  C' })).toBe('c');
    expect(await names({ query: '%' })).toBe('b_%');
    expect(await names({ tags: ['x'] })).toBe('a,c');
    expect(await names({ tags: ['x', 'y'] })).toBe('c');
    const first = await registry.workflows.listWorkflows({ pageSize: 2 });
    expect(first.nextPageToken).not.toBe('');
    expect(await names({ pageSize: 2, pageToken: first.nextPageToken })).toBe('c');
    expect((await registry.workflows.listWorkflows({ pageSize: 3 })).nextPageToken).toBe('');
    expect((await refusal(registry.workflows.listWorkflows({ pageToken: '!' }))).violations[0]?.field).toBe(
      'page_token',
    );
  });
});

describe('delete', () => {
  it('refuses while plays are live, naming how many, and takes versions and examples with it when forced', async () => {
    const { workflows, examples, plays } = registry;
    const a = await workflows.createWorkflow({ name: 'a', pythonSource: flowSource('a'), requestId: 'r' });
    const example = await examples.upsertExample({ workflowSid: a.sid, name: 'e', inputValues: {} });
    plays.live = 3n;
    const live = await refusal(workflows.deleteWorkflow({ workflowSid: a.sid }));
    expect([live.reason, live.metadata.live_plays]).toEqual(['WORKFLOW_HAS_LIVE_PLAYS', '3']);
    expect(live.message).toContain('3 plays');
    expect(await workflows.deleteWorkflow({ workflowSid: a.sid, force: true })).toMatchObject({ ok: true });
    expect(plays.cancelled[0]).toBe(a.sid);
    expect((await refusal(workflows.getVersion({ versionSid: a.currentVersionSid }))).reason).toBe('VERSION_NOT_FOUND');
    expect((await refusal(examples.getExample({ exampleSid: example.sid }))).reason).toBe('EXAMPLE_NOT_FOUND');
    expect((await registry.library.searchLibrary({})).workflowSids).toEqual([]);
    const anew = await workflows.createWorkflow({ name: 'a', requestId: 'r' });
    expect(anew.sid).not.toBe(a.sid);
  });
});
