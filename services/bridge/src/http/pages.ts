// The small pages of every site: health, manifest, and the OpenRPC document.

import type { OpsPage } from '@hero-logic/platform';
import type { Site } from './site.ts';

const JSON_TYPE = 'application/json; charset=utf-8';

export interface Manifest {
  readonly name: string;
  readonly version: string;
  readonly protocol: string;
  readonly socket: string;
  readonly openrpc?: string;
}

/** The manifest of the service, as `hero-logic --info` prints it. */
export function serviceManifest(version: string): Manifest {
  return { name: 'hero_logic', version, protocol: 'openrpc', socket: 'rpc', openrpc: '/openrpc.json' };
}

export function adminManifest(version: string): Manifest {
  return { name: 'hero_logic_admin', version, protocol: 'ui', socket: 'admin' };
}

export function addHealth(site: Site, manifest: Manifest): void {
  addJson(site, '/health', JSON.stringify({ status: 'ok', name: manifest.name, version: manifest.version }));
  addJson(site, '/.well-known/heroservice.json', JSON.stringify(manifest));
}

export function addOpenRpc(site: Site, document: string): void {
  addJson(site, '/openrpc.json', document);
}

export function addOpsPages(site: Site, pages: readonly OpsPage[]): void {
  for (const { path, answer } of pages) {
    site.allow(path, ['GET', 'HEAD']);
    site.app.get(path, async (_request, reply) => {
      const { status, type, body } = await answer();
      return reply.code(status).type(type).header('cache-control', 'no-store').send(body);
    });
  }
}

function addJson(site: Site, path: string, body: string): void {
  site.allow(path, ['GET', 'HEAD']);
  site.app.get(path, (_request, reply) => reply.type(JSON_TYPE).header('cache-control', 'no-store').send(body));
}
