// Contract: every service runs in a process of its own (`hero-logic serve`) with a store of its own; a play with a question goes through all of
// them; an executor that is killed loses its lease and the play goes on elsewhere; a service that is away is UNAVAILABLE, not a hang. An executor
// without a sandbox says so as it starts, though it logs nothing.

import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { BIN, command } from './support/local-run.ts';

const root = mkdtempSync(join(tmpdir(), 'hl-mesh-'));
const base = 20_000 + Math.floor(Math.random() * 20_000);
const ports = { bridge: base, registry: base + 1, scheduler: base + 2, executor: base + 3 };
const url = (port: number) => `http://127.0.0.1:${port}`;
const env = {
  PATH_ROOT: root,
  HERO_LOGIC_REGISTRY_URL: url(ports.registry),
  HERO_LOGIC_SCHEDULER_URL: url(ports.scheduler),
  HERO_LOGIC_EXECUTOR_URL: url(ports.executor),
};
const processes = new Map<string, ChildProcess>();

/** Gives the line in which it says that it is ready. */
async function serve(service: keyof typeof ports, more: Record<string, string> = {}): Promise<string> {
  const child = spawn(process.execPath, [BIN, 'serve', service, '--port', String(ports[service]), '--grace', '1'], {
    env: { ...process.env, ...env, ...more },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  processes.set(service, child);
  for await (const chunk of child.stdout) if (String(chunk).includes('is ready')) return String(chunk);
  throw new Error(`${service} ended before it was ready`);
}

async function kill(service: keyof typeof ports, signal: NodeJS.Signals): Promise<number | null> {
  const child = processes.get(service) as ChildProcess;
  const gone = once(child, 'exit');
  child.kill(signal);
  return (await gone)[0];
}

async function rpc<T>(method: string, params: object): Promise<T> {
  const response = await fetch(`${url(ports.bridge)}/rpc`, {
    method: 'POST',
    body: JSON.stringify({ jsonrpc: '2.0', id: 1, method, params }),
  });
  const reply = (await response.json()) as { result?: T; error?: { data: { reason: string } } };
  if (reply.error !== undefined) throw new Error(reply.error.data.reason);
  return reply.result as T;
}

interface Play {
  sid: string;
  status: string;
  attempt: number;
  output_data: string;
  pending_resumes: { id: string }[];
  spans: unknown[];
}

beforeAll(async () => {
  await Promise.all([serve('registry'), serve('scheduler'), serve('bridge')]);
  await serve('executor');
}, 60_000);
afterAll(async () => {
  const codes = await Promise.all((Object.keys(ports) as (keyof typeof ports)[]).map((s) => kill(s, 'SIGTERM')));
  rmSync(root, { recursive: true, force: true });
  expect(codes).toEqual([0, 0, 0, 0]);
}, 60_000);

it('a play with a question goes through all of them', { timeout: 60_000 }, async () => {
  const play = await rpc<Play>('play_start', { workflow_name: 'tour', input_data: {}, wait_ms: 30_000 });
  expect(play.status).toBe('awaiting_resume');
  await rpc('play_resume', { play_sid: play.sid, resume_id: play.pending_resumes[0]?.id, payload_json: '"warm"' });
  const ended = await rpc<Play>('play_wait', { play_sid: play.sid, timeout_ms: 30_000, until: 'terminal' });
  expect(ended.status).toBe('success');
  expect((await rpc<Play>('play_status', { play_sid: play.sid })).spans.length).toBe(7);
  const shown = await command(process.execPath, [BIN, 'play', 'watch', play.sid], {
    env: { HERO_LOGIC_SERVER: url(ports.bridge), NO_COLOR: '1' },
  });
  expect(shown.stdout + shown.stderr).toContain('success');
});

it('a killed executor loses its lease, and the play goes on', { timeout: 90_000 }, async () => {
  const source =
    'import time\nfrom hero_tracing import flow\n\n@flow\ndef part(i: int) -> str:\n    time.sleep(0.4)\n    return str(flow.uuid())\n\n@flow(name="slow")\ndef slow() -> list:\n    return [part(i) for i in range(8)]\n';
  await rpc('workflow_create', { name: 'slow', python_source: source });
  const play = await rpc<Play>('play_start', { workflow_name: 'slow', input_data: {} });
  await new Promise((resolve) => setTimeout(resolve, 1500));
  await kill('executor', 'SIGKILL');
  await expect(rpc('play_spans', { play_sid: play.sid })).rejects.toThrow('UNAVAILABLE');
  const plain = await serve('executor', { HERO_LOGIC_INTERPRETERS: 'spawn', HERO_LOGIC_LOG: 'silent' });
  expect(plain).toContain('sandbox NONE (tier D)');
  const ended = await rpc<Play>('play_wait', { play_sid: play.sid, timeout_ms: 60_000, until: 'terminal' });
  expect(ended).toMatchObject({ status: 'success', attempt: 2 });
  expect(new Set(JSON.parse(ended.output_data)).size).toBe(8);
});

it('cancel reaches another process, and bad configuration is one clear line', { timeout: 60_000 }, async () => {
  const play = await rpc<Play>('play_start', { workflow_name: 'slow', input_data: {} });
  expect((await rpc<Play>('play_cancel', { play_sid: play.sid })).status).toBe('cancelled');
  const bad = await command(process.execPath, [BIN, 'serve', 'bridge'], {
    env: { ...env, HERO_LOGIC_SCHEDULER_URL: 'nonsense' },
  });
  expect(bad.code).toBe(2);
  expect(bad.stderr).toMatch(/HERO_LOGIC_SCHEDULER_URL must be a URL/);
  const taken = await command(process.execPath, [BIN, 'serve', 'scheduler', '--port', String(ports.scheduler)], {
    env,
  });
  expect(taken.code).not.toBe(0);
  expect(taken.stderr).toMatch(/in use by another hero-logic/);
});
