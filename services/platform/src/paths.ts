// Where a local run keeps what it writes: all of it under PATH_ROOT.

import { homedir } from 'node:os';
import { join, resolve } from 'node:path';
import { type Env, envText } from './env.ts';

export interface Paths {
  readonly root: string;
  /** Folder of rpc.sock and admin.sock. */
  readonly sockets: string;
  /** Database, work folders, logs, pid file. */
  readonly data: string;
  /** Folder of the generated Python client. */
  readonly routerPython: string;
}

export function pathsFromEnv(env: Env): Paths {
  // A container may run as a user that has no home.
  const root = resolve(envText(env, 'PATH_ROOT', '') || join(homedir(), 'hero'));
  const sockets = resolve(envText(env, 'PATH_SOCKET', join(root, 'var', 'sockets')));
  return {
    root,
    sockets: join(sockets, 'hero_logic'),
    data: join(root, 'var', 'hero_logic'),
    routerPython: join(root, 'var', 'router', 'python'),
  };
}
