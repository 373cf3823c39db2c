// Where the servers of the tests are, and whether they are there.

import { existsSync } from 'node:fs';
import { join } from 'node:path';

const cache = join(import.meta.dirname, '..', '..', '.cache', 'test-servers');
export const engineDir = join(cache, 'mongodb-0.1.1');
export const loaderDir = join(cache, 'loader');
export const redisServer = '/usr/bin/redis-server';

export function hasEngine() {
  return existsSync(join(engineDir, 'node_modules', '@0q', 'embedded-mongodb', 'index.js'));
}

/** The engine is built for glibc 2.38 and newer. */
export function needsLoader() {
  const { glibcVersionRuntime = '' } = process.report.getReport().header;
  const [major, minor] = glibcVersionRuntime.split('.').map(Number);
  return process.platform === 'linux' && (major < 2 || (major === 2 && minor < 38));
}

/** The command that runs a program under the newer C library; empty where the system's will do. */
export function loader() {
  if (!needsLoader()) return [];
  const arch =
    process.arch === 'arm64' ? ['lib/ld-linux-aarch64.so.1', 'aarch64'] : ['lib64/ld-linux-x86-64.so.2', 'x86_64'];
  return [join(loaderDir, 'usr', arch[0]), '--library-path', join(loaderDir, 'usr/lib', `${arch[1]}-linux-gnu`)];
}

export function hasRedis() {
  return existsSync(redisServer);
}
