// Collects what was changed and hands it on in batches, off the path of the calls. A batch that cannot be written is tried again; past a
// bound the oldest are given up, and the log says how many.

import type { DescMethod, Message, MessageShape } from '@bufbuild/protobuf';
import { isFieldSet } from '@bufbuild/protobuf';
import { reflect } from '@bufbuild/protobuf/reflect';
import type { Clock } from '../clock.ts';
import type { NewSid } from '../ids.ts';
import type { Log } from '../log.ts';
import type { Principal } from './principal.ts';
import type { Role } from './role.ts';

export interface AuditEvent {
  readonly sid: string;
  readonly at: number;
  readonly caller: string;
  readonly role: Role;
  /** "PlayService.CancelPlay" */
  readonly method: string;
  /** Sids and names of the request. */
  readonly subject: Readonly<Record<string, string>>;
  /** Reason of the refusal; empty = done. */
  readonly refusal: string;
  /** Where the caller acted; absent or empty = in all namespaces. */
  readonly namespace?: string;
}

export interface AuditNote {
  readonly principal: Principal;
  readonly method: DescMethod;
  readonly message: Message | undefined;
  readonly refusal: string;
}

export type Happening = Pick<AuditEvent, 'method' | 'subject' | 'namespace'> &
  Partial<Pick<AuditEvent, 'caller' | 'refusal'>>;

export interface AuditTrail {
  note(what: AuditNote): void;
  /** What came about without a call of somebody who has a role: by time ("PlayService.Escalate"), by the link of a question. */
  happened(what: Happening): void;
  /** Writes what is left. */
  close(): Promise<void>;
}

export interface AuditTrailDeps {
  readonly write: (events: readonly AuditEvent[]) => Promise<void>;
  readonly clock: Clock;
  readonly newSid: NewSid;
  readonly log: Log;
}

const BATCH = 500;
const MOST_WAITING = 50_000;
const RETRY_MS = 1000;
const LONGEST_VALUE = 200;

export function createAuditTrail({ write, clock, newSid, log }: AuditTrailDeps): AuditTrail {
  const waiting: AuditEvent[] = [];
  let writing: Promise<void> | undefined;
  let closed = false;

  async function drain(): Promise<void> {
    while (waiting.length > 0) {
      const batch = waiting.slice(0, BATCH);
      try {
        await write(batch);
        waiting.splice(0, batch.length);
      } catch (error) {
        log.error({ err: error, events: waiting.length }, 'events of the audit log could not be written');
        if (closed) return;
        await clock.sleep(RETRY_MS);
      }
    }
  }

  function start(): void {
    writing ??= drain().finally(() => {
      writing = undefined;
      if (waiting.length > 0 && !closed) start();
    });
  }

  function add(event: Omit<AuditEvent, 'sid' | 'at'>): void {
    waiting.push({ sid: newSid(), at: clock.now(), ...event });
    // The first ones are being written under this array; so the ones right behind them go.
    const over = waiting.length - MOST_WAITING;
    if (over > 0) {
      waiting.splice(BATCH, over);
      log.error({ events: over }, 'events of the audit log were given up: too many wait to be written');
    }
    start();
  }

  return {
    note({ principal, method, message, refusal }) {
      add({
        caller: principal.name,
        role: principal.role,
        ...(principal.namespace === undefined ? {} : { namespace: principal.namespace }),
        method: `${method.parent.name}.${method.name}`,
        subject: message === undefined ? {} : subjectOf(method, message),
        refusal,
      });
    },
    happened: (what) => add({ caller: '', role: 'service', refusal: '', ...what }),
    async close() {
      closed = true;
      await writing;
      await drain();
    },
  };
}

/** The fields of a request that name things: sids, ids, names and fingerprints, as texts. */
function subjectOf(method: DescMethod, message: Message): Record<string, string> {
  const subject: Record<string, string> = {};
  const view = reflect(method.input, message as MessageShape<typeof method.input>);
  for (const field of method.input.fields) {
    if (field.fieldKind !== 'scalar' || !/(^|_)(sid|id|name|fingerprint)$/.test(field.name)) continue;
    if (!isFieldSet(message as MessageShape<typeof method.input>, field)) continue;
    subject[field.name] = String(view.get(field)).slice(0, LONGEST_VALUE);
  }
  return subject;
}
