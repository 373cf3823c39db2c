// What building a service gives: its routes, its background loops, and a way to let go.

import type { Loop } from './loops.ts';
import type { MongoDatabase } from './mongo/database.ts';
import type { Routes } from './rpc/local-transport.ts';
import type { Database } from './sqlite/database.ts';
import type { GroupCommit } from './sqlite/group-commit.ts';

export interface Service {
  readonly name: string;
  readonly routes: Routes;
  readonly loops: readonly Loop[];
  /** Lets go of what the service holds, after its loops have stopped. */
  close(): Promise<void>;
}

/** Where a service keeps its data. */
export type ServiceStore =
  | { readonly db: Database; readonly commit: GroupCommit }
  /** Its indexes are there. */
  | { readonly mongo: MongoDatabase };
