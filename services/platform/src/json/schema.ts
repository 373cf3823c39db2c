// JSON Schema 2020-12 within a bounded time: a schema may come from a play, and one with a pattern such as ^(a+)+$ takes for ever with a value
// that was made for it. What may take long runs in a thread of its own, which ends when its time is over. The caller waits for it with all that it
// does, or goes on meanwhile: a schema that a play makes up as it runs keeps nobody, however many it makes.

import { MessageChannel, receiveMessageOnPort, Worker } from 'node:worker_threads';
import type { Violation } from '../errors/hero-error.ts';
import { createSchemaRun, type SchemaRun } from './schema-run.ts';

/** The longest that a check takes, and that a caller is kept. */
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

export interface SchemaCheck extends SchemaRun {
  /** The same for schemas that plays make up: one after the other, while the caller goes on. */
  readonly aside: {
    problem(schemaText: string): Promise<string | undefined>;
    violations(schemaText: string, valueText: string, field: string): Promise<Violation[]>;
  };
}

export function createSchemaCheck(): SchemaCheck {
  const here = createSchemaRun();
  const waitedFor = createThread();
  const aside = createThread();
  const slow = new Map<string, number>();
  let before: Promise<unknown> = Promise.resolve();

  const isSlow = ({ schemaText }: SchemaWork) => (slow.get(schemaText) ?? 0) > performance.now();

  /** undefined: its time was over. */
  function noted({ schemaText }: SchemaWork, reply: SchemaReply | undefined): SchemaReply | undefined {
    if (reply !== undefined) return reply;
    if (slow.size >= MOST_SLOW) slow.delete(slow.keys().next().value as string);
    slow.set(schemaText, performance.now() + SLOW_MS);
    return undefined;
  }

  const bounded = (work: SchemaWork) => (isSlow(work) ? undefined : noted(work, waitedFor.run(work)));

  async function inTurn(work: SchemaWork): Promise<SchemaReply | undefined> {
    const mine = before.then(async () => (isSlow(work) ? undefined : noted(work, await aside.runAside(work))));
    before = mine.catch(() => {});
    return mine;
  }

  const problemWork = (schemaText: string): SchemaWork => ({ schemaText, valueText: undefined, field: '' });

  return {
    problem(schemaText) {
      if (!mayTakeLong(schemaText, '')) return here.problem(schemaText);
      return problemOf(bounded(problemWork(schemaText)));
    },
    violations(schemaText, valueText, field) {
      if (!mayTakeLong(schemaText, valueText)) return here.violations(schemaText, valueText, field);
      return violationsOf(bounded({ schemaText, valueText, field }), field);
    },
    aside: {
      async problem(schemaText) {
        if (!mayTakeLong(schemaText, '')) return here.problem(schemaText);
        return problemOf(await inTurn(problemWork(schemaText)));
      },
      async violations(schemaText, valueText, field) {
        if (!mayTakeLong(schemaText, valueText)) return here.violations(schemaText, valueText, field);
        return violationsOf(await inTurn({ schemaText, valueText, field }), field);
      },
    },
  };
}

function problemOf(reply: SchemaReply | undefined): string | undefined {
  if (reply === undefined) return 'takes too long to read';
  return 'error' in reply ? `is not a JSON Schema: ${reply.error}` : (reply.result as string | undefined);
}

function violationsOf(reply: SchemaReply | undefined, field: string): Violation[] {
  if (reply === undefined) return [{ field, description: 'takes too long to check against its schema' }];
  if ('error' in reply) throw new Error(reply.error);
  return reply.result as Violation[];
}

function mayTakeLong(schemaText: string, valueText: string): boolean {
  if (schemaText.length > LARGE_SCHEMA || MAY_TAKE_LONG.test(schemaText)) return true;
  return schemaText.length * valueText.length > LARGE_PRODUCT;
}

interface Thread {
  /** Waits for it. undefined: it took too long, and the thread is gone. */
  run(work: SchemaWork): SchemaReply | undefined;
  /** The same, while the caller goes on. One at a time. */
  runAside(work: SchemaWork): Promise<SchemaReply | undefined>;
}

/** Begins with the first work, and again after one that took too long. */
function createThread(): Thread {
  let thread: ReturnType<typeof begin> | undefined;

  function ask({ port, turn }: ReturnType<typeof begin>, work: SchemaWork): void {
    Atomics.store(turn, 0, 0);
    port.postMessage(work);
  }

  function replyOf({ worker, port }: ReturnType<typeof begin>): SchemaReply | undefined {
    const reply = receiveMessageOnPort(port)?.message as SchemaReply | undefined;
    if (reply !== undefined) return reply;
    thread = undefined;
    void worker.terminate();
    return undefined;
  }

  return {
    run(work) {
      const isNew = thread === undefined;
      thread ??= begin();
      if (isNew) Atomics.wait(thread.turn, 0, 0, BEGIN_MS);
      ask(thread, work);
      Atomics.wait(thread.turn, 0, 0, CHECK_MS);
      return replyOf(thread);
    },
    async runAside(work) {
      const isNew = thread === undefined;
      thread ??= begin();
      const mine = thread;
      if (isNew) await Atomics.waitAsync(mine.turn, 0, 0, BEGIN_MS).value;
      ask(mine, work);
      await Atomics.waitAsync(mine.turn, 0, 0, CHECK_MS).value;
      return replyOf(mine);
    },
  };
}

/** Its turn is 1 once it is there. */
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
  return { worker, port, turn };
}
