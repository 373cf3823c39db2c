// JSON Schema 2020-12 within a bounded time: a schema may come from a play, and one with a pattern such as ^(a+)+$ takes for ever with a value
// that was made for it. What may take long runs in a thread of its own, for which the caller waits, and which ends when its time is over.

import { MessageChannel, receiveMessageOnPort, Worker } from 'node:worker_threads';
import { createSchemaRun, type SchemaCheck } from './schema-run.ts';

export type { SchemaCheck } from './schema-run.ts';

/** The longest that the caller is kept. */
const CHECK_MS = 1000;
/** That the thread begins is no fault of the schema. */
const BEGIN_MS = 20_000;
/** For so long a schema that took too long is not tried again; not for ever, because a machine may be slow for another reason. */
const SLOW_MS = 30_000;
const MOST_SLOW = 1000;
/** Takes more time than the value has characters. What is written with escapes may be any of them. */
const MAY_TAKE_LONG = /"(?:pattern|patternProperties|uniqueItems|\$ref|\$dynamicRef)"|\\/;
const LARGE_SCHEMA = 64 * 1024;
/** Characters of the schema times those of the value. */
const LARGE_PRODUCT = 100_000_000;

export interface SchemaWork {
  readonly schemaText: string;
  /** undefined: only the schema is looked at. */
  readonly valueText: string | undefined;
  readonly field: string;
}

export type SchemaReply = { readonly result: unknown } | { readonly error: string };

export function createSchemaCheck(): SchemaCheck {
  const here = createSchemaRun();
  const beside = createThread();
  const slow = new Map<string, number>();

  /** undefined: its time was over. */
  function bounded(work: SchemaWork): SchemaReply | undefined {
    if ((slow.get(work.schemaText) ?? 0) > performance.now()) return undefined;
    const reply = beside.run(work);
    if (reply !== undefined) return reply;
    if (slow.size >= MOST_SLOW) slow.delete(slow.keys().next().value as string);
    slow.set(work.schemaText, performance.now() + SLOW_MS);
    return undefined;
  }

  return {
    problem(schemaText) {
      if (!mayTakeLong(schemaText, '')) return here.problem(schemaText);
      const reply = bounded({ schemaText, valueText: undefined, field: '' });
      if (reply === undefined) return 'takes too long to read';
      return 'error' in reply ? `is not a JSON Schema: ${reply.error}` : (reply.result as string | undefined);
    },
    violations(schemaText, valueText, field) {
      if (!mayTakeLong(schemaText, valueText)) return here.violations(schemaText, valueText, field);
      const reply = bounded({ schemaText, valueText, field });
      if (reply === undefined) return [{ field, description: 'takes too long to check against its schema' }];
      if ('error' in reply) throw new Error(reply.error);
      return reply.result as ReturnType<SchemaCheck['violations']>;
    },
  };
}

function mayTakeLong(schemaText: string, valueText: string): boolean {
  if (schemaText.length > LARGE_SCHEMA || MAY_TAKE_LONG.test(schemaText)) return true;
  return schemaText.length * valueText.length > LARGE_PRODUCT;
}

interface Thread {
  /** Waits for it. undefined: it took too long, and the thread is gone. */
  run(work: SchemaWork): SchemaReply | undefined;
}

/** Begins with the first work, and again after one that took too long. */
function createThread(): Thread {
  let thread: ReturnType<typeof begin> | undefined;
  return {
    run(work) {
      thread ??= begin();
      const { worker, port, turn } = thread;
      Atomics.store(turn, 0, 0);
      port.postMessage(work);
      Atomics.wait(turn, 0, 0, CHECK_MS);
      const reply = receiveMessageOnPort(port)?.message as SchemaReply | undefined;
      if (reply !== undefined) return reply;
      thread = undefined;
      void worker.terminate();
      return undefined;
    },
  };
}

function begin() {
  const { port1: port, port2: theirs } = new MessageChannel();
  const turn = new Int32Array(new SharedArrayBuffer(4));
  const worker = new Worker(new URL('./schema-worker.ts', import.meta.url), {
    workerData: { port: theirs, turn },
    transferList: [theirs],
  });
  worker.on('error', () => {}); // whoever waits for it finds no reply
  worker.unref();
  port.unref();
  Atomics.wait(turn, 0, 0, BEGIN_MS);
  return { worker, port, turn };
}
