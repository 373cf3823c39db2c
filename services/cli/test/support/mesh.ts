// Services in processes of their own, on a database and a Redis that they share.

import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePorts } from './free-ports.ts';
import { BIN } from './local-run.ts';

export interface Mesh {
  readonly env: Readonly<Record<string, string>>;
  /**
   * Starts a process under a name and resolves when it is ready. `as`: another one of the same service, which may be told other things.
   * `bin`: the command of another version.
   */
  serve(service: string, as?: string, more?: Readonly<Record<string, string>>, bin?: string): Promise<void>;
  kill(name: string, signal: NodeJS.Signals): Promise<number | null>;
  /** Sends a signal and waits for nothing. */
  signal(name: string, signal: NodeJS.Signals): void;
  url(name: string): string;
  pid(name: string): number;
  rpc<T>(method: string, params?: object, headers?: Record<string, string>): Promise<T>;
  /** Ends all with SIGTERM; their exit codes. */
  close(): Promise<(number | null)[]>;
}

const SERVICES = ['registry', 'scheduler', 'executor', 'bench', 'bridge'];

export async function createMesh(more: Readonly<Record<string, string>>): Promise<Mesh> {
  const roots = new Map<string, string>();
  const ports = new Map<string, number>();
  const processes = new Map<string, ChildProcess>();
  for (const service of SERVICES) ports.set(service, await freePorts(1));
  const url = (name: string) => `http://127.0.0.1:${ports.get(name)}`;
  const env: Record<string, string> = { NO_COLOR: '1', ...more };
  for (const service of SERVICES.slice(0, 4)) env[`HERO_LOGIC_${service.toUpperCase()}_URL`] = url(service);

  function rootOf(name: string): string {
    const root = roots.get(name) ?? mkdtempSync(join(tmpdir(), 'hl-mesh-'));
    roots.set(name, root);
    return root;
  }

  const mesh: Mesh = {
    env,
    url,
    async serve(service, as = service, own = {}, bin = BIN) {
      if (!ports.has(as)) ports.set(as, await freePorts(1));
      const child = spawn(process.execPath, [bin, 'serve', service, '--port', String(ports.get(as)), '--grace', '1'], {
        env: { ...process.env, ...env, ...own, PATH_ROOT: rootOf(as) },
        stdio: ['ignore', 'pipe', 'inherit'],
      });
      processes.set(as, child);
      for await (const chunk of child.stdout) if (String(chunk).includes('is ready')) return;
      throw new Error(`${as} ended before it was ready`);
    },
    async kill(name, signal) {
      const child = processes.get(name) as ChildProcess;
      processes.delete(name);
      const gone = once(child, 'exit');
      child.kill(signal);
      return (await gone)[0];
    },
    pid: (name) => processes.get(name)?.pid as number,
    signal: (name, signal) => void processes.get(name)?.kill(signal),
    async rpc<T>(method: string, params: object = {}, headers: Record<string, string> = {}) {
      const response = await fetch(`${url('bridge')}/rpc`, {
        method: 'POST',
        headers,
        body: JSON.stringify({ jsonrpc: '2.0', id: 1, method, params }),
      });
      const reply = (await response.json()) as { result?: T; error?: { message: string; data: { reason: string } } };
      if (reply.error !== undefined) throw new Error(`${reply.error.data.reason}: ${reply.error.message}`);
      return reply.result as T;
    },
    async close() {
      const codes = await Promise.all([...processes.keys()].map((name) => mesh.kill(name, 'SIGTERM')));
      for (const root of roots.values()) rmSync(root, { recursive: true, force: true });
      return codes;
    },
  };
  return mesh;
}
