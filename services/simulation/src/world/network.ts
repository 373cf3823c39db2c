// Calls between processes: they take their time, overtake each other, get lost, and fail when the other end is gone.

import { Code, ConnectError, type Transport, type UnaryResponse } from '@connectrpc/connect';
import type { Proc } from '../virtual/loop.ts';
import type { World } from './world.ts';

/** One end of the network: what answers there now; undefined while it is down. */
export interface Endpoint {
  readonly name: string;
  serving(): { readonly proc: Proc; readonly transport: Transport } | undefined;
  /** Calls `fn` once, when what serves now is gone. */
  onGone(fn: () => void): void;
}

/** A request that is late arrives within this time. */
const LATEST_MS = 30_000;
const GIVE_UP_MS = 2000;

export function connectTo(world: World, endpoint: Endpoint): Transport {
  const { loop, faults } = world;
  const net = loop.spawn('network');
  const away = () => new ConnectError(`${endpoint.name} cannot be reached`, Code.Unavailable);

  return {
    async unary(method, signal, timeoutMs, header, input, contextValues) {
      const caller = loop.current();
      const outcome = Promise.withResolvers<UnaryResponse<never, never>>();
      const abort = new AbortController();
      let isSettled = false;
      const settle = (delayMs: number, act: () => void) =>
        loop.post(caller, delayMs, () => {
          if (isSettled) return;
          isSettled = true;
          act();
        });
      const fail = (delayMs: number, error: unknown) => settle(delayMs, () => outcome.reject(error));
      const hangUp = () => loop.post(net, faults.delay(), () => abort.abort());
      signal?.addEventListener('abort', () => {
        fail(0, new ConnectError('the caller went away', Code.Canceled));
        hangUp();
      });
      if (timeoutMs !== undefined) {
        loop.post(caller, timeoutMs, () => {
          fail(0, new ConnectError('it took too long', Code.DeadlineExceeded));
          hangUp();
        });
      }

      const fault = faults.call();
      if (fault !== undefined) world.trace(`${caller.name} -> ${endpoint.name} ${method.name}: ${fault} lost`);
      const deliver = () => {
        const serving = endpoint.serving();
        if (serving === undefined) {
          fail(faults.delay(), away());
          return;
        }
        endpoint.onGone(() => fail(faults.delay(), away()));
        loop.post(serving.proc, 0, () => {
          world.trace(`${endpoint.name} gets ${method.name} from ${caller.name}`);
          serving.transport.unary(method, abort.signal, undefined, header, input, contextValues).then(
            (response) => {
              if (fault === 'reply') fail(faults.delay(), away());
              else settle(faults.delay(), () => outcome.resolve(response as unknown as UnaryResponse<never, never>));
            },
            (error) => fail(faults.delay(), fault === 'reply' ? away() : error),
          );
        });
      };
      if (fault === 'request' || fault === 'late') fail(faults.delay() + world.random.int(0, GIVE_UP_MS), away());
      if (fault === 'late') loop.post(net, world.random.int(1, LATEST_MS), deliver);
      if (fault === undefined || fault === 'reply') loop.post(net, faults.delay(), deliver);
      return outcome.promise as never;
    },
    stream: () => Promise.reject(new ConnectError('no streams here', Code.Unimplemented)),
  };
}
