// Long work on the database that is done beside the event loop (side-writer.ts), in small writes.

import type { Sql } from './database.ts';

/** Does a small write. Some that follow each other share a transaction, so that what was written before may still be undone. */
export type SideWrite = <T>(work: (sql: Sql) => T) => T;

/**
 * Repeatable: where the thread dies in the middle it is done again. It is an exported constant of its module, which the thread imports:
 * that module should import little. Arguments and results are copied.
 */
export interface SideJob<A, T> {
  /** `import.meta.url`, and the name of the constant. */
  readonly module: string;
  readonly name: string;
  readonly run: (write: SideWrite, args: A) => T;
}
