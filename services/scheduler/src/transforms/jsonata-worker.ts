// The thread that evaluates JSONata for jsonata-transforms.ts: one expression at a time, so that it can be ended when it takes too long.

import { parentPort } from 'node:worker_threads';
import jsonata from 'jsonata';

interface Job {
  readonly expression: string;
  readonly body: string;
}

parentPort?.on('message', async ({ expression, body }: Job) => {
  try {
    const value: unknown = await jsonata(expression).evaluate(JSON.parse(body));
    parentPort?.postMessage({ result: value === undefined ? undefined : JSON.stringify(value) });
  } catch (error) {
    parentPort?.postMessage({ problem: (error as { message?: string }).message ?? 'it cannot be evaluated' });
  }
});
