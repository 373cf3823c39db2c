// What every command is given. Tests drive a command by passing their own.

import type { Clock } from '@hero-logic/platform/client';
import type { Clients } from './clients.ts';
import type { Io } from './io.ts';

export type Env = Readonly<Record<string, string | undefined>>;

export interface Context {
  readonly io: Io;
  /** Print JSON and nothing else. */
  readonly json: boolean;
  /** Address of the server, "http://127.0.0.1:9820". */
  readonly server: string;
  readonly env: Env;
  readonly clock: Clock;
  readonly clients: Clients;
  /** Aborts on the first Ctrl-C from the moment it is first asked for. */
  interrupted(): AbortSignal;
}
