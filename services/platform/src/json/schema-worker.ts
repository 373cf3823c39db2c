// The thread of schema.ts: one piece of work at a time, and whoever asked is woken when the reply is there.

import { type MessagePort, workerData } from 'node:worker_threads';
import type { SchemaReply, SchemaWork } from './schema.ts';
import { createSchemaRun } from './schema-run.ts';

const { port, turn } = workerData as { readonly port: MessagePort; readonly turn: Int32Array };
const schemas = createSchemaRun();

function replyTo({ schemaText, valueText, field }: SchemaWork): SchemaReply {
  try {
    const result =
      valueText === undefined ? schemas.problem(schemaText) : schemas.violations(schemaText, valueText, field);
    return { result };
  } catch (error) {
    return { error: (error as Error).message };
  }
}

function wake(): void {
  Atomics.store(turn, 0, 1);
  Atomics.notify(turn, 0);
}

port.on('message', (work: SchemaWork) => {
  port.postMessage(replyTo(work));
  wake();
});
wake();
