import type { Templates } from './million-copies.ts';

/** Services whose store can be written while they stand still. */
export interface Deployment {
  rpc<T>(method: string, params: object): Promise<T>;
  stop(): Promise<void>;
  restart(): Promise<void>;
  /** While it stands still. */
  fill(templates: Templates, counts: { readonly ended: number; readonly waiting: number }): Promise<void>;
  /** While it stands still: of the plays of this workflow that have ended so many stay. */
  keep(workflowSid: string, maxPlays: number): Promise<void>;
  /** Plays that retention has removed, and when it noted the last. */
  removed(): Promise<{ readonly n: number; readonly last: number }>;
  /** While it stands still: as a version has left it that knew no namespaces. */
  age(): Promise<void>;
  /** stop, and remove the data. */
  remove(): Promise<void>;
}
