// A command of the driver (mongodb 7.9) that is written to a socket which was destroyed an instant before, and whose `close` is yet to come, is never heard of again: the write
// says "wait for drain", and a destroyed socket never drains. A command stays open for ever then, and with a heartbeat the server stays unknown for ever, also when it is back.
// So a socket that closes while somebody waits for its drain says so: the driver looks at its connection then, and finds it closed.

import { subscribe } from 'node:diagnostics_channel';
import type { Socket } from 'node:net';

let isWatching = false;

/** For every socket that this process opens from now on; calling it again changes nothing. */
export function endLostDrains(): void {
  if (isWatching) return;
  isWatching = true;
  subscribe('net.client.socket', (message) => {
    const { socket } = message as { socket: Socket };
    socket.once('close', () => {
      if (socket.listenerCount('drain') > 0) socket.emit('drain');
    });
  });
}
