// What building a service gives: its routes, its background loops, and a way to let go.

import type { Loop } from './loops.ts';
import type { Routes } from './rpc/local-transport.ts';

export interface Service {
  readonly name: string;
  readonly routes: Routes;
  readonly loops: readonly Loop[];
  /** Lets go of what the service holds, after its loops have stopped. */
  close(): Promise<void>;
}
