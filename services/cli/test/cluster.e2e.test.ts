// Contract: separate processes on one MongoDB and one Redis are one system. A play goes through all of them, also one that was exported and is imported; what is in one namespace is not
// there in another; whoever of them is killed, it goes on, no recorded step runs twice, and no play has its turn of a bulk job twice; a store that is away makes a service not ready and
// nothing is lost; a server that cannot be used
// is one clear line.

import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { createClient } from '@connectrpc/connect';
import { createGrpcTransport } from '@connectrpc/connect-node';
import { createRelay, createTempDir, noMongo, noRedis, type Relay } from '@hero-logic/platform/testing';
import { Health, HealthCheckResponse_ServingStatus as Serving } from '@hero-logic/proto/grpc/health/v1/health_pb';
import { BulkStatus } from '@hero-logic/proto/herologic/scheduler/v1/bulk_job_pb';
import { BulkService } from '@hero-logic/proto/herologic/scheduler/v1/bulk_service_pb';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { BIN, command } from './support/local-run.ts';
import { createMesh, type Mesh } from './support/mesh.ts';

interface Play {
  sid: string;
  status: string;
  attempt: number;
  output_data: string;
  pending_resumes: { id: string }[];
  spans: { name: string; runs: number }[];
}

const SLOW = `import time
from hero_tracing import flow

@flow
def part(i: int) -> str:
    time.sleep(0.4)
    return str(flow.uuid())

@flow(name="slow")
def slow() -> list:
    return [part(i) for i in range(8)]
`;

describe.skipIf(noMongo || noRedis)('a mesh', () => {
  let mesh: Mesh;
  let relay: Relay;

  beforeAll(async () => {
    relay = await createRelay(process.env.MONGODB_URL ?? '');
    const database = `mesh_${randomUUID().slice(0, 8)}`;
    mesh = await createMesh({ HERO_LOGIC_STORE: 'mongodb', MONGODB_URL: `${relay.url}/${database}` });
    await Promise.all(['registry', 'scheduler', 'bench', 'bridge'].map((service) => mesh.serve(service)));
    await Promise.all([mesh.serve('executor'), mesh.serve('executor', 'executor2')]);
    await mesh.rpc('workflow_create', { name: 'slow', python_source: SLOW });
  }, 90_000);
  afterAll(async () => {
    const codes = await mesh.close();
    await relay.close();
    expect(new Set(codes)).toEqual(new Set([0]));
  }, 60_000);

  const ended = (sid: string) => mesh.rpc<Play>('play_wait', { play_sid: sid, timeout_ms: 60_000, until: 'terminal' });

  it('runs the tour with its question, across the loss of scheduler and executors', { timeout: 120_000 }, async () => {
    const play = await mesh.rpc<Play>('play_start', { workflow_name: 'tour', input_data: {}, wait_ms: 30_000 });
    expect(play.status).toBe('awaiting_resume');
    await Promise.all(['scheduler', 'executor', 'executor2'].map((name) => mesh.kill(name, 'SIGKILL')));
    await Promise.all([mesh.serve('scheduler'), mesh.serve('executor')]);
    const answer = { play_sid: play.sid, resume_id: play.pending_resumes[0]?.id, payload_json: '"warm"' };
    await mesh.rpc('play_resume', answer);
    await mesh.rpc('play_resume', answer);
    expect(await ended(play.sid)).toMatchObject({ status: 'success', attempt: 2 });
    const { spans } = await mesh.rpc<Play>('play_status', { play_sid: play.sid });
    expect(spans).toHaveLength(7);
    await mesh.serve('executor', 'executor2');
  });

  it('goes on elsewhere when an executor and the scheduler are killed in the middle', {
    timeout: 120_000,
  }, async () => {
    const play = await mesh.rpc<Play>('play_start', { workflow_name: 'slow', input_data: {} });
    await expect
      .poll(async () => (await mesh.rpc<Play>('play_status', { play_sid: play.sid })).spans.length, { timeout: 20_000 })
      .toBeGreaterThan(3);
    await Promise.all(['scheduler', 'executor', 'executor2'].map((name) => mesh.kill(name, 'SIGKILL')));
    await Promise.all([mesh.serve('scheduler'), mesh.serve('executor', 'executor2')]);
    const done = await ended(play.sid);
    expect(done).toMatchObject({ status: 'success', attempt: 2 });
    expect(new Set(JSON.parse(done.output_data)).size).toBe(8);
    const { spans } = await mesh.rpc<Play>('play_status', { play_sid: play.sid });
    const ran = spans.filter(({ name }) => name === 'part').map(({ runs }) => runs);
    expect(ran.filter((runs) => runs > 1).length, 'only the step that was under way').toBeLessThanOrEqual(1);
    await mesh.serve('executor');
  });

  it('takes in a play that was exported, once, with all that it did', { timeout: 60_000 }, async () => {
    const { plays } = await mesh.rpc<{ plays: Play[] }>('play_list', { filter: 'workflow:tour status:success' });
    const sid = plays[0]?.sid as string;
    const folder = createTempDir();
    onTestFinished(folder.remove);
    const file = join(folder.path, 'tour.json');
    const env = { ...mesh.env, HERO_LOGIC_SERVER: mesh.url('bridge') };
    const hero = (...args: string[]) => command(process.execPath, [BIN, 'play', ...args], { env });
    expect(await hero('export', sid, '--out', file)).toMatchObject({ code: 0 });
    const imports = [await hero('import', file, '-o', 'json'), await hero('import', file, '-o', 'json')];
    const [here, again] = imports.map(({ stdout }) => JSON.parse(stdout) as Play & { imported_from: object });
    expect(here).toMatchObject({ status: 'success', imported_from: { play_sid: sid } });
    expect(again).toEqual(here);
    const spansOf = async (play_sid: string) =>
      (await mesh.rpc<Play>('play_status', { play_sid })).spans.map(({ name, runs }) => [name, runs]);
    expect(await spansOf(here?.sid as string)).toEqual(await spansOf(sid));
    const stepsOf = async (play_sid: string) =>
      (await mesh.rpc<{ steps: { name: string; output: string }[] }>('play_steps', { play_sid })).steps.map(
        ({ name, output }) => [name, output],
      );
    expect(await stepsOf(here?.sid as string)).toEqual(await stepsOf(sid));
  });

  it('keeps namespaces apart', { timeout: 60_000 }, async () => {
    const ask = <T>(team: string, method: string, params = {}) =>
      mesh.rpc<T>(method, params, { 'x-hero-namespace': team });
    const python_source =
      'from hero_tracing import flow\n@flow\ndef breaks() -> int:\n    raise ValueError("broken")\n';
    const failed = { workflow_name: 'breaks', input_data: {}, wait_ms: 30_000 };
    const teams = ['mesh-a', 'mesh-b'];
    const groupsOf = async (team: string) =>
      (await ask<{ groups: { fingerprint: string; namespace: string }[] }>(team, 'error_group_list')).groups;
    const webhooks = new Map<string, string>();
    for (const team of teams) {
      await ask(team, 'workflow_create', { name: 'breaks', python_source });
      expect(await ask<Play>(team, 'play_start', failed)).toMatchObject({ status: 'failed' });
      const webhook = { url: 'https://example.com/hook', enabled: false, request_id: 'mine' };
      webhooks.set(team, (await ask<{ sid: string }>(team, 'webhook_create', webhook)).sid);
      await expect.poll(() => groupsOf(team), { timeout: 20_000 }).toMatchObject([{ namespace: team }]);
    }
    const [ours, theirs] = (await Promise.all(teams.map(groupsOf))).map(([group]) => group?.fingerprint);
    expect(ours).not.toBe(theirs);
    await expect(ask('mesh-a', 'error_group_get', { fingerprint: theirs })).rejects.toThrow('ERROR_GROUP_NOT_FOUND');
    const other = { webhook_sid: webhooks.get('mesh-b') };
    await expect(ask('mesh-a', 'webhook_delete', other)).rejects.toThrow('WEBHOOK_NOT_FOUND');
    expect(await ask('mesh-a', 'webhook_list')).toMatchObject({ webhooks: [{ sid: webhooks.get('mesh-a') }] });
    const everything = { filter: 'created>=1970-01-01', request_id: 'all' };
    const job = await ask<{ sid: string; total: number }>('mesh-a', 'play_bulk_delete', everything);
    expect(job.total).toBe(1);
    await expect(ask('mesh-b', 'play_bulk_undo', { job_sid: job.sid })).rejects.toThrow('BULK_JOB_NOT_FOUND');
    await expect
      .poll(() => ask('mesh-a', 'play_bulk_get', { job_sid: job.sid }), { timeout: 20_000 })
      .toMatchObject({ status: 'undo_window', done: 1, failed: 0 });
    const playsOf = async (team: string) => (await ask<{ plays: Play[] }>(team, 'play_list')).plays.length;
    expect([await playsOf('mesh-a'), await playsOf('mesh-b')]).toEqual([0, 1]);
  });

  it('two schedulers and one bulk job: the one that works on it is killed, and each play has had its turn once', {
    timeout: 120_000,
  }, async () => {
    const COUNT = 120;
    const source = 'from hero_tracing import flow\n@flow\ndef brief(n: int = 1) -> int: return n\n';
    await mesh.rpc('workflow_create', { name: 'brief', python_source: source });
    const later = Date.now() + 86_400_000;
    const start = (n: number) =>
      mesh.rpc<Play>('play_start', { workflow_name: 'brief', input_data: { n }, start_at: later });
    const sids = (await Promise.all(Array.from({ length: COUNT }, (_, n) => start(n)))).map(({ sid }) => sid);
    await mesh.serve('scheduler', 'scheduler2');
    const bulk = createClient(BulkService, createGrpcTransport({ baseUrl: mesh.url('scheduler2') }));
    // It does not see the job before the other has it.
    mesh.signal('scheduler2', 'SIGSTOP');
    const { sid: jobSid } = await mesh.rpc<{ sid: string }>('play_bulk_start', {
      action: 'rerun',
      filter: 'workflow:brief',
    });
    const look = () => mesh.rpc<{ status: string; done: number }>('play_bulk_get', { job_sid: jobSid });
    let job = await look();
    while (job.done === 0) job = await look();
    mesh.signal('scheduler2', 'SIGCONT');
    await mesh.kill('scheduler', 'SIGKILL');
    expect(job.status, 'killed in the middle').toBe('running');
    await expect
      .poll(() => bulk.getBulkJob({ jobSid }), { timeout: 60_000, interval: 200 })
      .toMatchObject({ status: BulkStatus.DONE, seen: BigInt(COUNT), done: BigInt(COUNT), skipped: 0n, failed: 0n });
    await mesh.serve('scheduler');
    const { plays } = await mesh.rpc<{ plays: { forked_from?: { play_sid: string } }[] }>('play_list', {
      filter: 'workflow:brief',
      page_size: 1000,
    });
    const origins = plays.flatMap(({ forked_from: from }) => (from ? [from.play_sid] : []));
    expect(origins.sort()).toEqual(sids.sort());
    expect(plays).toHaveLength(2 * COUNT);
    expect(await mesh.kill('scheduler2', 'SIGTERM')).toBe(0);
  });

  it('is not ready while its store is away, and loses nothing', { timeout: 300_000 }, async () => {
    const health = createClient(Health, createGrpcTransport({ baseUrl: mesh.url('scheduler') }));
    const status = async () => (await health.check({})).status;
    expect(await status()).toBe(Serving.SERVING);
    const play = await mesh.rpc<Play>('play_start', { workflow_name: 'slow', input_data: {} });
    await relay.cut();
    await expect.poll(status, { timeout: 90_000 }).toBe(Serving.NOT_SERVING);
    await expect(mesh.rpc('play_status', { play_sid: play.sid })).rejects.toThrow(/UNAVAILABLE|DEADLINE_EXCEEDED/);
    relay.mend();
    await expect.poll(status, { timeout: 90_000 }).toBe(Serving.SERVING);
    const done = await ended(play.sid);
    expect(done.status).toBe('success');
    expect(new Set(JSON.parse(done.output_data)).size).toBe(8);
  });

  it('ends with one line that names the variable when a server cannot be used', { timeout: 60_000 }, async () => {
    const start = async (more: Record<string, string>) => {
      const env = { ...mesh.env, ...more };
      const { code, stderr } = await command(process.execPath, [BIN, 'serve', 'scheduler', '--port', '1'], { env });
      return { code, lines: stderr.trim().split('\n') };
    };
    const away = await start({ MONGODB_URL: 'mongodb://127.0.0.1:1/x' });
    expect(away).toMatchObject({
      code: 2,
      lines: [expect.stringMatching(/MONGODB_URL names 127.0.0.1:1, where no MongoDB/)],
    });
    expect((await start({ MONGODB_URL: '' })).lines).toEqual([expect.stringContaining('MONGODB_URL is required')]);
    expect((await start({ REDIS_URL: 'nowhere' })).lines).toEqual([expect.stringContaining('REDIS_URL must be')]);
    const { port } = new URL(relay.url);
    const stranger = await start({ MONGODB_URL: `mongodb://ann:secret@127.0.0.1:${port}/x` });
    expect(stranger.lines).toEqual([expect.stringMatching(/MONGODB_URL names .* refuses the sign-in/)]);
    expect(stranger.lines[0]).not.toContain('secret');
  });
});
