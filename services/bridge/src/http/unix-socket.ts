// A Unix socket that only its owner may use: folder 0700, socket 0600. A socket that a crash left behind is removed; one that somebody
// answers on is not.

import { chmodSync, lstatSync, mkdirSync, unlinkSync } from 'node:fs';
import { connect } from 'node:net';
import { dirname } from 'node:path';
import type { FastifyInstance } from 'fastify';

/** Of sockaddr_un.sun_path on Linux, without the closing zero. */
const LONGEST_PATH = 107;

export async function listenOnSocket(app: FastifyInstance, path: string): Promise<void> {
  const bytes = Buffer.byteLength(path);
  if (bytes > LONGEST_PATH) {
    throw new Error(
      `the socket path ${path} has ${bytes} bytes, more than the ${LONGEST_PATH} that the system takes; set PATH_SOCKET to a shorter folder`,
    );
  }
  const folder = dirname(path);
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  chmodSync(folder, 0o700);
  await removeStale(path);
  await app.listen({ path });
  chmodSync(path, 0o600);
}

async function removeStale(path: string): Promise<void> {
  const found = lstatSync(path, { throwIfNoEntry: false });
  if (found === undefined) return;
  if (!found.isSocket()) throw new Error(`${path} is not a socket; move it away, or set PATH_SOCKET to another folder`);
  if (await isAnswered(path)) {
    throw new Error(
      `somebody answers on ${path} already; stop it, or set PATH_ROOT (or PATH_SOCKET) to another folder`,
    );
  }
  unlinkSync(path);
}

function isAnswered(path: string): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(path);
    const end = (answered: boolean) => {
      socket.destroy();
      resolve(answered);
    };
    socket.once('connect', () => end(true));
    socket.once('error', () => end(false));
  });
}
