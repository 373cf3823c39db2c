// Starts the servers of the tests, each in a process of its own on a free port of this machine, with its data in a fresh folder.

import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { engineDir, hasEngine, hasRedis, loader, redisServer } from './places.mjs';

/** @returns {Promise<{ url: string, halt(): Promise<void>, stop(): Promise<void> } | undefined>} undefined when it is not installed */
export async function startMongo(folder = mkdtempSync(join(tmpdir(), 'hl-mongo-')), on = 0) {
  const via = loader();
  if (!hasEngine() || (via.length > 0 && !existsSync(via[0]))) return undefined;
  const args = [
    ...via.slice(1),
    ...(via.length > 0 ? [process.execPath] : []),
    join(import.meta.dirname, 'mongod.mjs'),
  ];
  const child = spawn(via[0] ?? process.execPath, [...args, engineDir, folder, String(on)], {
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const port = await firstLine(child, 'the MongoDB engine');
  return {
    url: `mongodb://127.0.0.1:${port.trim()}/`,
    halt: () => end(child, 'SIGTERM'),
    stop: () => stop(child, folder),
  };
}

/** @returns {Promise<{ url: string, pid: number, stop(): Promise<void> } | undefined>} undefined when it is not installed */
export async function startRedis(port = undefined) {
  if (!hasRedis()) return undefined;
  const folder = mkdtempSync(join(tmpdir(), 'hl-redis-'));
  const on = port ?? (await freePort());
  const args = ['--port', String(on), '--bind', '127.0.0.1', '--save', '', '--appendonly', 'no', '--dir', folder];
  const child = spawn(redisServer, args, { stdio: ['ignore', 'pipe', 'pipe'] });
  await firstLine(child, 'redis-server', /Ready to accept connections/);
  return { url: `redis://127.0.0.1:${on}/`, pid: child.pid, stop: () => stop(child, folder) };
}

function firstLine(child, what, pattern = /\n/) {
  return new Promise((resolve, reject) => {
    let text = '';
    let problems = '';
    child.stdout.on('data', (chunk) => {
      text += chunk;
      if (pattern.test(text)) resolve(text);
    });
    child.stderr.on('data', (chunk) => {
      problems = (problems + chunk).slice(-2000);
    });
    child.once('error', reject);
    child.once('exit', (code) => reject(new Error(`${what} ended with ${code} before it was ready: ${problems}`)));
  });
}

async function end(child, signal) {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const gone = new Promise((resolve) => child.once('exit', resolve));
  child.kill(signal);
  await gone;
}

async function stop(child, folder) {
  await end(child, 'SIGKILL');
  rmSync(folder, { recursive: true, force: true });
}

async function freePort() {
  const server = createServer();
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address();
  await new Promise((resolve) => server.close(resolve));
  return port;
}
