// Contract: a key for a namespace finds nothing of another: each method with each sid that it takes, and the lists; as each role it may call
// what its role may, in its namespace alone, and in another nothing.

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { create } from '@bufbuild/protobuf';
import { looksAtNamespace, type Role, roleNeeded } from '@hero-logic/platform';
import { afterAll, beforeAll, expect, it } from 'vitest';
import {
  ADMIN_KEY,
  allMethods,
  CALLERS,
  type KeyedRun,
  RANKS,
  REFUSALS,
  reasonOf,
  startKeyedRun,
} from './support/keyed-run.ts';

let on: KeyedRun;
beforeAll(async () => {
  on = await startKeyedRun();
});
afterAll(() => on.run.remove());

const asAdmin: KeyedRun['asAdmin'] = (...asked) => on.asAdmin(...asked);
const rpc: KeyedRun['rpc'] = (...asked) => on.rpc(...asked);

const SIDS = {
  workflow_sid: 'workflow',
  version_sid: 'version',
  workflow_version_sid: 'version',
  example_sid: 'example',
  example_sids: 'example',
  play_sid: 'play',
  parent_play_sid: 'play',
  trigger_sid: 'trigger',
  benchmark_sid: 'benchmark',
  base_sid: 'benchmark',
  other_sid: 'benchmark',
  fingerprint: 'error_group',
  job_sid: 'bulk_job',
  webhook_sid: 'webhook',
} as const;

/** One of everything, made with a key. */
async function makeAll(key: string): Promise<Record<(typeof SIDS)[keyof typeof SIDS], string>> {
  const made = async (method: string, params: object) => {
    const { result, error } = await rpc(method, params, key);
    if (error !== undefined) throw new Error(`${method}: ${JSON.stringify(error)}`);
    return result as unknown as { sid: string; current_version_sid: string; output_data: string; status: string };
  };
  const python_source =
    'from hero_tracing import flow\n@flow\ndef shared(n: int = 1) -> list:\n    if n < 0:\n        raise ValueError("n is below 0")\n    return [w["name"] for w in flow.call("workflow_list")["workflows"]]\n';
  const workflow = await made('workflow_create', { name: 'shared', python_source });
  const of = { workflow_sid: workflow.sid };
  const play = await made('play_start', { workflow_name: 'shared', input_data: {}, wait_ms: 30_000 });
  expect(play, 'it sees its own namespace alone').toMatchObject({ status: 'success', output_data: '["shared"]' });
  const failed = await made('play_start', { workflow_name: 'shared', input_data: { n: -1 }, wait_ms: 30_000 });
  expect(failed.status).toBe('failed');
  const example = await made('example_upsert', { ...of, name: 'e', input_values: { n: 1 } });
  const trigger = await made('trigger_create', { workflow_name: 'shared', kind: 'cron', spec: { cron: '0 0 1 1 *' } });
  const benchmark = await made('benchmark_run', of);
  const errorGroup = await expect
    .poll(() => groupsFor(key), { timeout: 20_000 })
    .toMatchObject([{ workflow_sid: workflow.sid }])
    .then(() => groupsFor(key));
  const job = await made('play_bulk_start', {
    action: 'rerun',
    filter: 'workflow:shared -status:success',
    request_id: 'r1',
  });
  // Disabled: it is told nothing.
  const webhook = await made('webhook_create', { url: 'https://example.com/hook', enabled: false, request_id: 'r1' });
  await made('secret_set', { name: 'token', value: 'a-secret-value', workflows: ['*'] });
  return {
    ...{ workflow: workflow.sid, version: workflow.current_version_sid, play: play.sid },
    ...{ example: example.sid, trigger: trigger.sid, benchmark: benchmark.sid },
    bulk_job: job.sid,
    webhook: webhook.sid,
    error_group: errorGroup[0]?.fingerprint ?? '',
  };
}

async function groupsFor(key: string) {
  const { result } = await rpc('error_group_list', {}, key);
  return (result as unknown as { groups: { fingerprint: string; workflow_sid: string }[] }).groups;
}

it('nothing of another namespace is there', async () => {
  const keyFor = async (team: string) =>
    (await asAdmin(['key', 'create', team, '--role', 'admin', '--namespaces', team])).stdout.trim();
  const [a, b] = [await keyFor('team-a'), await keyFor('team-b')];
  const theirs = await makeAll(a);
  const ours = await makeAll(b);
  const outcomes = new Map<string, string>();
  for (const method of await allMethods()) {
    if (roleNeeded(method) === 'service') continue;
    for (const field of method.input.fields) {
      const kind = SIDS[field.name as keyof typeof SIDS];
      if (kind === undefined) continue;
      const value = field.fieldKind === 'list' ? [theirs[kind]] : theirs[kind];
      const init =
        field.oneof === undefined
          ? { [field.localName]: value }
          : { [field.oneof.localName]: { case: field.localName, value } };
      const message = create(method.input, init);
      for (const transport of [on.http, on.grpc]) {
        const reason = await reasonOf(transport, method, b, message);
        outcomes.set(`${method.name} ${field.name}`, reason);
        expect(reason, `${method.name} with another's ${field.name}`).toBe(`${kind.toUpperCase()}_NOT_FOUND`);
      }
    }
  }
  expect(outcomes.size).toBeGreaterThan(50);

  const as = async (key: string | undefined, method: string, params = {}, more = {}) =>
    (await rpc(method, params, key, more)) as unknown as {
      result: Record<string, Record<string, string>[]>;
      reason: string;
    };
  expect((await as(b, 'workflow_list')).result.workflows?.map((w) => w.sid)).toEqual([ours.workflow]);
  expect((await as(b, 'flow_library_search', { query: 'shared', limit: 10 })).result).toEqual([ours.workflow]);
  expect((await as(b, 'trigger_list')).result.triggers?.map((t) => t.sid)).toEqual([ours.trigger]);
  expect((await as(b, 'secret_list')).result.secrets?.map((s) => s.namespace)).toEqual(['team-b']);
  expect(ours.error_group, 'the same failure, but another group').not.toBe(theirs.error_group);
  expect((await groupsFor(b)).map((g) => g.fingerprint)).toEqual([ours.error_group]);
  const state = { fingerprint: ours.error_group, state: 'resolved' };
  expect((await as(b, 'error_group_set_state', state)).result).toMatchObject({
    changed_by: 'team-b',
    namespace: 'team-b',
  });
  expect((await rpc('error_group_get', { fingerprint: theirs.error_group }, a)).result).toMatchObject({
    state: 'open',
  });
  const groups = (await groupsFor(ADMIN_KEY)).map((g) => g.fingerprint);
  expect(groups).toEqual(expect.arrayContaining([ours.error_group, theirs.error_group]));
  expect((await as(b, 'play_bulk_list')).result.jobs?.map((job) => [job.sid, job.namespace])).toEqual([
    [ours.bulk_job, 'team-b'],
  ]);
  expect((await as(b, 'webhook_list')).result.webhooks?.map((one) => [one.sid, one.namespace])).toEqual([
    [ours.webhook, 'team-b'],
  ]);
  expect((await as(b, 'webhook_update', { webhook_sid: ours.webhook, name: 'mine' })).result.name).toBe('mine');
  expect((await as(b, 'webhook_deliveries', { webhook_sid: ours.webhook })).result.deliveries).toEqual([]);
  const shown = await Promise.all([
    asAdmin(['webhook', 'show', ours.webhook], b),
    asAdmin(['errors', 'show', ours.error_group], b),
    asAdmin(['play', 'bulk', 'show', ours.bulk_job], b),
  ]);
  for (const { stdout } of shown) expect(stdout).toMatch(/\bin +team-b\b/);
  const forAll = await rpc('webhook_create', { url: 'https://example.com/all', enabled: false }, ADMIN_KEY);
  const { sid: everybodys } = forAll.result as unknown as { sid: string };
  expect((await as(b, 'webhook_delete', { webhook_sid: everybodys })).reason).toBe('WEBHOOK_NOT_FOUND');
  expect((await as(b, 'webhook_delete', { webhook_sid: ours.webhook })).reason).toBe('');
  const everything = { filter: 'created>=1970-01-01' };
  const seen = (await as(b, 'play_list', { page_size: 1000 })).result.plays ?? [];
  expect(new Set(seen.map((play) => play.namespace))).toEqual(new Set(['team-b']));
  expect((await as(b, 'play_bulk_count', everything)).result).toMatchObject({ matches: seen.length });
  expect((await as(b, 'play_bulk_start', { action: 'cancel', filter: 'workflow:tour' })).reason).toBe(
    'INVALID_ARGUMENT',
  );
  expect((await as(b, 'workflow_get', { name: 'tour' })).reason).toBe('WORKFLOW_NOT_FOUND');
  expect((await as(b, 'workflow_list', {}, { 'x-hero-namespace': 'team-a' })).reason).toBe('PERMISSION_DENIED');
  expect((await as(b, 'api_key_list')).reason).toBe('PERMISSION_DENIED');
  expect((await as(b, 'audit_list')).reason).toBe('PERMISSION_DENIED');
  const everywhere = (await as(ADMIN_KEY, 'workflow_list')).result.workflows?.map((w) => w.sid);
  expect(everywhere).toEqual(expect.arrayContaining([ours.workflow, theirs.workflow]));
  const inA = await as(ADMIN_KEY, 'workflow_list', {}, { 'x-hero-namespace': 'team-a' });
  expect(inA.result.workflows?.map((w) => w.sid)).toEqual([theirs.workflow]);

  const file = join(on.run.root, 'theirs.json');
  expect(await asAdmin(['play', 'export', theirs.play, '--out', file], a)).toMatchObject({ code: 0 });
  const imported = await asAdmin(['play', 'import', file, '-o', 'json'], b);
  expect(imported, imported.stderr).toMatchObject({ code: 0 });
  const { sid, workflow_sid } = JSON.parse(imported.stdout) as { sid: string; workflow_sid: string };
  expect(workflow_sid, 'the flow of this name in its own namespace').toBe(ours.workflow);
  expect((await as(b, 'play_list', { workflow_sid })).result.plays?.map((play) => play.sid)).toContain(sid);
  expect((await as(a, 'play_status', { play_sid: sid })).reason).toBe('PLAY_NOT_FOUND');
  const recorded_json = readFileSync(file, 'utf8');
  const there = await as(b, 'play_import', { workflow_sid: theirs.workflow, recorded_json });
  expect(there.reason).toBe('WORKFLOW_NOT_FOUND');
});

it('a play finds nothing of another namespace, whatever it writes into its requests', async () => {
  const keyFor = async (team: string) =>
    (await asAdmin(['key', 'create', `${team} asks`, '--role', 'author', '--namespaces', team])).stdout.trim();
  const [owner, stranger] = [await keyFor('team-e'), await keyFor('team-f')];
  const python_source = 'from hero_tracing import flow\n@flow\ndef kept() -> int:\n    return 42\n';
  const kept = (await rpc('workflow_create', { name: 'kept', python_source }, owner)).result as unknown as {
    sid: string;
    current_version_sid: string;
  };
  // Past the SDK, which asks for no version without a name.
  const asks = `
from hero_tracing import _context, flow
def lookup(name, version):
    asked = ',"name":"%s","version_sid":"%s"' % (name, version)
    return _context.play.conn.request("lookup", asked).get("error", {}).get("reason", "FOUND")
def call(method, **params):
    try: flow.call(method, **params)
    except Exception as error: return str(error).split(":")[0].split(" ")[0]
    return "FOUND"
@flow
def asks(workflow: str, version: str) -> list:
    return [
        lookup("", version), lookup("kept", version), lookup("asks", version),
        call("workflow_version_fetch", version_sid=version), call("workflow_get", workflow_sid=workflow),
        call("pick_version", workflow_sid=workflow), call("example_list", workflow_sid=workflow),
    ]
`;
  await rpc('workflow_create', { name: 'asks', python_source: asks }, stranger);
  const input_data = { workflow: kept.sid, version: kept.current_version_sid };
  const { result } = await rpc('play_start', { workflow_name: 'asks', input_data, wait_ms: 30_000 }, stranger);
  const found = JSON.parse((result as unknown as { output_data: string }).output_data) as string[];
  expect(found[0]).toBe('VERSION_NOT_FOUND');
  expect(found).not.toContain('FOUND');
  expect(found).toHaveLength(7);
});

it('every method asks for its role in the namespace of the caller, and in no other', { timeout: 120_000 }, async () => {
  const methods = await allMethods();
  const keyFor = async (role: Role) =>
    (await asAdmin(['key', 'create', `matrix ${role}`, '--role', role, '--namespaces', 'matrix'])).stdout.trim();
  const confined = new Map(await Promise.all(CALLERS.map(async (role) => [role, await keyFor(role)] as const)));
  let open = 0;
  for (const method of methods) {
    for (const role of CALLERS) {
      const name = `${method.parent.name}.${method.name} as ${role}`;
      const key = confined.get(role);
      const here = await reasonOf(on.grpc, method, key);
      const mayIt = RANKS.indexOf(role) >= RANKS.indexOf(roleNeeded(method)) && looksAtNamespace(method);
      if (mayIt) {
        expect(REFUSALS, name).not.toContain(here);
        open += 1;
      } else expect(here, name).toBe('PERMISSION_DENIED');
      const elsewhere = await reasonOf(on.grpc, method, key, undefined, { 'x-hero-namespace': 'team-a' });
      expect(elsewhere, `${name} elsewhere`).toBe('PERMISSION_DENIED');
      // A key for all, acting in one.
      const narrowed = await reasonOf(on.grpc, method, on.keys.get(role), undefined, { 'x-hero-namespace': 'matrix' });
      if (mayIt) expect(REFUSALS, `${name} narrowed`).not.toContain(narrowed);
      else expect(narrowed, `${name} narrowed`).toBe('PERMISSION_DENIED');
    }
  }
  expect(open).toBeGreaterThan(25);
});
