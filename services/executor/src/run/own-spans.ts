// Spans of what the executor does for a play: packages that it prepares, connections that it makes.

import { createHash } from 'node:crypto';
import type { Clock } from '@hero-logic/platform';
import type { Tags } from '../domain/play-event.ts';
import type { FlowError } from '../domain/span.ts';
import type { PlayRecord } from '../ingest/play-record.ts';

export interface OwnSpan {
  readonly name: string;
  readonly title: string;
  readonly tags?: Tags;
  readonly parentId?: string | undefined;
}

export interface OwnSpans {
  /** Begins a span; without a parent below the root, or beside it while there is none; call what it returns at the end. */
  begin(span: OwnSpan): EndOwnSpan;
}

export type EndOwnSpan = (end?: { readonly error?: FlowError | undefined; readonly tags?: Tags }) => void;

export function createOwnSpans(record: PlayRecord, clock: Clock, attempt: number): OwnSpans {
  let count = 0;
  return {
    begin({ name, title, tags, parentId = record.tree.root()?.spanId ?? '' }) {
      count += 1;
      const spanId = createHash('sha1').update(`own|${attempt}|${count}`).digest('hex').slice(0, 16);
      record.apply({
        ...{ event: 'span_start', spanId, parentId, name, title, tags },
        ...{ kind: 'other', atMs: clock.now(), attempt: 1, attempts: undefined, input: undefined },
        ...{ sourceFile: '', sourceLine: 0, rpcService: '', rpcMethod: '', replayed: false },
      });
      record.commitSoon();
      return ({ error, tags: atEnd } = {}) => {
        const status = error === undefined ? 'ok' : 'failed';
        const nothing = { output: undefined, attempts: undefined };
        record.apply({ event: 'span_end', spanId, status, atMs: clock.now(), error, tags: atEnd, ...nothing });
        record.commitSoon();
      };
    },
  };
}
