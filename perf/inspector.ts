// What is alive in a server: Node's own inspector collects garbage there, and counts what its maps and sets hold. The server is started with
// INSPECTED; only this machine can reach it, on a free port.

import type { PerfServer } from './server.ts';

export const INSPECTED = { NODE_OPTIONS: '--inspect=127.0.0.1:0' };

export interface Alive {
  /** JavaScript objects. */
  readonly heapBytes: number;
  /** Buffers beside the heap. */
  readonly bufferBytes: number;
  readonly mapEntries: number;
  readonly setEntries: number;
}

export interface Inspector {
  /** After a full collection. */
  alive(): Promise<Alive>;
  close(): void;
}

type Ask = <T>(method: string, params?: object) => Promise<T>;

export async function inspect(server: Pick<PerfServer, 'log'>): Promise<Inspector> {
  const address = /Debugger listening on (ws:\S+)/.exec(server.log())?.[1];
  if (address === undefined) throw new Error('the server has no inspector; start it with INSPECTED');
  const socket = new WebSocket(address);
  const ask = createAsk(socket);
  await new Promise((resolve, reject) => {
    socket.onopen = resolve;
    socket.onerror = () => reject(new Error(`the inspector does not answer at ${address}`));
  });
  return {
    async alive() {
      await ask('HeapProfiler.collectGarbage');
      const [mapEntries, setEntries] = [await entriesOf(ask, 'Map'), await entriesOf(ask, 'Set')];
      await ask('HeapProfiler.collectGarbage');
      const used = await ask<{ usedSize: number; backingStorageSize?: number }>('Runtime.getHeapUsage');
      return { heapBytes: used.usedSize, bufferBytes: used.backingStorageSize ?? 0, mapEntries, setEntries };
    },
    close: () => socket.close(),
  };
}

function createAsk(socket: WebSocket): Ask {
  const waiting = new Map<number, PromiseWithResolvers<unknown>>();
  let asked = 0;
  const failAll = (why: string) => {
    for (const { reject } of waiting.values()) reject(new Error(why));
  };
  socket.onclose = () => failAll('the server has closed its inspector');
  socket.onmessage = ({ data }) => {
    const { id, result, error } = JSON.parse(String(data)) as { id?: number; result?: unknown; error?: object };
    const asker = id === undefined ? undefined : waiting.get(id);
    if (id === undefined || asker === undefined) return;
    waiting.delete(id);
    if (error === undefined) asker.resolve(result);
    else asker.reject(new Error(JSON.stringify(error)));
  };
  return <T>(method: string, params: object = {}) => {
    const asker = Promise.withResolvers<unknown>();
    waiting.set(++asked, asker);
    socket.send(JSON.stringify({ id: asked, method, params }));
    return asker.promise as Promise<T>;
  };
}

interface Remote {
  readonly result: { readonly objectId: string; readonly value: number };
}

/** Of all that are alive, together. */
async function entriesOf(ask: Ask, kind: 'Map' | 'Set'): Promise<number> {
  const objectGroup = 'entries';
  const { result: prototype } = await ask<Remote>('Runtime.evaluate', { expression: `${kind}.prototype`, objectGroup });
  const { objects } = await ask<{ objects: Remote['result'] }>('Runtime.queryObjects', {
    prototypeObjectId: prototype.objectId,
    objectGroup,
  });
  const { result } = await ask<Remote>('Runtime.callFunctionOn', {
    objectId: objects.objectId,
    // A prototype that inherits from the other has no size of its own to tell.
    functionDeclaration:
      'function () { return this.reduce((sum, one) => { try { return sum + one.size } catch { return sum } }, 0) }',
    returnByValue: true,
  });
  await ask('Runtime.releaseObjectGroup', { objectGroup });
  return result.value;
}
