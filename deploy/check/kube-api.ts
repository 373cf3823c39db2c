// A real kube-apiserver on etcd, on loopback, for as long as a check runs. There is no scheduler and no kubelet: objects are taken or refused
// and stored, and no pod starts.

import { type ChildProcess, spawn } from 'node:child_process';
import { generateKeyPairSync, randomBytes } from 'node:crypto';
import { openSync, readFileSync, writeFileSync } from 'node:fs';
import { request } from 'node:https';
import { createServer } from 'node:net';
import { join } from 'node:path';
import type { KubeObject } from './chart.ts';
import { ensureApiServer, ensureEtcd } from './tools.mjs';

export interface KubeApi {
  /** A kubeconfig for helm. */
  readonly config: string;
  call<T>(method: string, path: string, body?: object): Promise<T>;
  /** Where objects of this kind are listed and created. */
  pathOf(object: Pick<KubeObject, 'apiVersion' | 'kind'>, namespace: string): string;
  stop(): Promise<void>;
}

const READY_WITHIN_MS = 120_000;

export async function startKubeApi(folder: string): Promise<KubeApi> {
  const [apiPort, etcdPort, peerPort] = await Promise.all([freePort(), freePort(), freePort()]);
  const token = randomBytes(16).toString('hex');
  const files = writeFiles(folder, token);
  const etcd = start(folder, ensureEtcd(), [
    ...['--data-dir', join(folder, 'etcd'), '--listen-client-urls', `http://127.0.0.1:${etcdPort}`],
    ...[
      '--advertise-client-urls',
      `http://127.0.0.1:${etcdPort}`,
      '--listen-peer-urls',
      `http://127.0.0.1:${peerPort}`,
    ],
  ]);
  const api = start(folder, ensureApiServer(), [
    `--etcd-servers=http://127.0.0.1:${etcdPort}`,
    ...['--bind-address=127.0.0.1', `--secure-port=${apiPort}`, `--cert-dir=${join(folder, 'certs')}`],
    ...['--service-cluster-ip-range=10.0.0.0/24', '--service-account-issuer=https://kubernetes.default.svc'],
    ...[`--service-account-key-file=${files.publicKey}`, `--service-account-signing-key-file=${files.privateKey}`],
    ...[`--token-auth-file=${files.tokens}`, '--authorization-mode=RBAC'],
    ...['--disable-admission-plugins=ServiceAccount', '--endpoint-reconciler-type=none'],
  ]);
  const call = <T>(method: string, path: string, body?: object) =>
    send<T>({ port: apiPort, token, method, path, body });
  const stop = async () => {
    await end(api);
    await end(etcd);
  };
  try {
    await untilReady(call, [etcd, api], join(folder, 'server.log'));
  } catch (error) {
    await stop();
    throw error;
  }
  const config = join(folder, 'kubeconfig');
  writeFileSync(config, kubeconfig(apiPort, token));
  return { config, call, pathOf, stop };
}

function writeFiles(folder: string, token: string) {
  const { publicKey, privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  const files = {
    publicKey: join(folder, 'sa.pub'),
    privateKey: join(folder, 'sa.key'),
    tokens: join(folder, 'tokens.csv'),
  };
  writeFileSync(files.publicKey, publicKey.export({ type: 'spki', format: 'pem' }));
  writeFileSync(files.privateKey, privateKey.export({ type: 'pkcs1', format: 'pem' }), { mode: 0o600 });
  writeFileSync(files.tokens, `${token},checker,1,"system:masters"\n`, { mode: 0o600 });
  return files;
}

function start(folder: string, command: string, args: string[]): ChildProcess {
  const log = openSync(join(folder, 'server.log'), 'a');
  return spawn(command, args, { stdio: ['ignore', log, log] });
}

function end(child: ChildProcess): Promise<void> {
  return new Promise((resolve) => {
    if (child.exitCode !== null || child.signalCode !== null) return resolve();
    child.once('exit', () => resolve());
    child.kill('SIGTERM');
    setTimeout(() => child.kill('SIGKILL'), 5000).unref();
  });
}

async function untilReady(call: KubeApi['call'], children: readonly ChildProcess[], log: string): Promise<void> {
  const late = Date.now() + READY_WITHIN_MS;
  for (;;) {
    if (children.some(({ exitCode }) => exitCode !== null) || Date.now() > late) {
      throw new Error(`the kube-apiserver did not become ready:\n${readFileSync(log, 'utf8').slice(-3000)}`);
    }
    const ready = await call<string>('GET', '/readyz').catch(() => '');
    if (ready === 'ok') return;
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
}

interface Sent {
  readonly port: number;
  readonly token: string;
  readonly method: string;
  readonly path: string;
  readonly body?: object | undefined;
}

/** The certificate was made a moment ago by the server that this process has started. */
function send<T>({ port, token, method, path, body }: Sent): Promise<T> {
  return new Promise((resolve, reject) => {
    const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json' };
    const options = { host: '127.0.0.1', port, method, path, headers, rejectUnauthorized: false, agent: false };
    const sent = request(options, (response) => {
      let text = '';
      response.on('data', (chunk) => {
        text += chunk;
      });
      response.on('end', () => {
        const isJson = response.headers['content-type']?.includes('json');
        const value = isJson ? JSON.parse(text) : text;
        const { statusCode = 0 } = response;
        const warnings = String(response.headers.warning ?? '');
        if (statusCode >= 400 || warnings !== '')
          reject(new Error(`${statusCode} ${value.message ?? text} ${warnings}`.trim()));
        else resolve(value as T);
      });
    });
    sent.on('error', reject);
    sent.end(body === undefined ? undefined : JSON.stringify(body));
  });
}

function pathOf({ apiVersion, kind }: Pick<KubeObject, 'apiVersion' | 'kind'>, namespace: string): string {
  const root = apiVersion.includes('/') ? `/apis/${apiVersion}` : `/api/${apiVersion}`;
  const plural = kind.toLowerCase().replace(/y$/, 'ie').replace(/s$/, 'se');
  return `${root}/namespaces/${namespace}/${plural}s`;
}

function kubeconfig(port: number, token: string): string {
  return JSON.stringify({
    apiVersion: 'v1',
    kind: 'Config',
    'current-context': 'check',
    contexts: [{ name: 'check', context: { cluster: 'check', user: 'check' } }],
    clusters: [{ name: 'check', cluster: { server: `https://127.0.0.1:${port}`, 'insecure-skip-tls-verify': true } }],
    users: [{ name: 'check', user: { token } }],
  });
}

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      server.close(() =>
        typeof address === 'object' && address !== null ? resolve(address.port) : reject(new Error('no port')),
      );
    });
  });
}
