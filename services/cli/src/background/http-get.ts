// One GET over TCP or a Unix socket.

import { request } from 'node:http';

export type Address = { readonly socketPath: string } | { readonly host: string; readonly port: number };

const TIMEOUT_MS = 2000;

/** Status and body; undefined when nobody answers in time. */
export function httpGet(address: Address, path: string): Promise<{ status: number; body: string } | undefined> {
  return new Promise((resolve) => {
    const call = request({ ...address, path, agent: false, timeout: TIMEOUT_MS }, (response) => {
      let body = '';
      response.setEncoding('utf8');
      response.on('data', (chunk: string) => {
        body += chunk;
      });
      response.on('end', () => resolve({ status: response.statusCode ?? 0, body }));
      response.on('error', () => resolve(undefined));
    });
    call.on('timeout', () => call.destroy(new Error('timed out')));
    call.on('error', () => resolve(undefined));
    call.end();
  });
}

export async function isHealthy(address: Address): Promise<boolean> {
  return (await httpGet(address, '/health'))?.status === 200;
}
