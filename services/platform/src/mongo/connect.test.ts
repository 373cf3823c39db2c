// Contract: a server that is too old, is no MongoDB, or does not answer ends the start with one line that names MONGODB_URL, the server and what
// to do, never with the password. (Servers that are away or refuse the sign-in: services/cli/test/cluster.e2e.test.ts, on a real engine.)

import type { AddressInfo } from 'node:net';
import { createServer, type Server, type Socket } from 'node:net';
import { BSON } from 'mongodb';
import { afterAll, expect, it } from 'vitest';
import { openMongo } from './connect.ts';

const servers: Server[] = [];
afterAll(() => {
  for (const server of servers) server.close();
});

async function listening(onSocket: (socket: Socket) => void): Promise<number> {
  const server = createServer((socket) => {
    socket.on('error', () => {});
    onSocket(socket);
  });
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return (server.address() as AddressInfo).port;
}

/** As much of the wire protocol as a connection begins with. */
function serverOf(version: string, maxWireVersion: number): (socket: Socket) => void {
  const hello = {
    ok: 1,
    ismaster: true,
    helloOk: true,
    minWireVersion: 0,
    maxWireVersion,
    maxBsonObjectSize: 16777216,
  };
  return (socket) =>
    socket.on('data', (data) => {
      const id = data.readInt32LE(4);
      const isLegacy = data.readInt32LE(12) === 2004;
      const isBuildInfo = data.includes('buildInfo');
      const doc = BSON.serialize(isBuildInfo ? { ok: 1, version } : hello);
      const head = isLegacy ? legacyHead() : Buffer.alloc(5);
      const message = Buffer.concat([Buffer.alloc(16), head, doc]);
      message.writeInt32LE(message.length, 0);
      message.writeInt32LE(id, 8);
      message.writeInt32LE(isLegacy ? 1 : 2013, 12);
      socket.write(message);
    });
}

function legacyHead(): Buffer {
  const head = Buffer.alloc(20);
  head.writeInt32LE(8, 0);
  head.writeInt32LE(1, 16);
  return head;
}

async function problemWith(port: number): Promise<string> {
  try {
    await (await openMongo({ url: `mongodb://127.0.0.1:${port}/x` })).close();
  } catch (error) {
    return (error as Error).message;
  }
  throw new Error('it was taken');
}

it.concurrent('says what is wrong with a server', async () => {
  const wrong = {
    old: await listening(serverOf('4.4.29', 9)),
    ancient: await listening(serverOf('3.4.0', 5)),
    silent: await listening(() => {}),
    other: await listening((socket) => void socket.end('HTTP/1.1 400 Bad Request\r\n\r\n')),
  };
  const said = await Promise.all(Object.values(wrong).map(problemWith));
  const [old = '', ancient = '', silent = '', other = ''] = said;
  for (const line of said) expect(line).toMatch(/^MONGODB_URL names [^\n]*$/);
  expect(old).toContain('a server of version 4.4.29; 6.0 or newer is needed');
  expect(ancient).toContain(`127.0.0.1:${wrong.ancient}`);
  expect(ancient).toContain('too old');
  expect(silent).toContain(`127.0.0.1:${wrong.silent}, where no MongoDB answers within 5 s`);
  expect(other).toContain(`127.0.0.1:${wrong.other}`);
});
