// JSONata in a thread of its own. An expression of a webhook meets bodies from outside, so it gets a second and 64 MiB; beyond that its
// thread is ended, and the next one gets a new thread.

import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
import { HeroError } from '@hero-logic/platform';
import jsonata from 'jsonata';
import type { Transforms } from '../domain/hook/mapping.ts';

const LIMIT_MS = 1000;
const MEMORY_MB = 64;

interface Outcome {
  readonly result?: string;
  readonly problem?: string;
}

export interface ClosableTransforms extends Transforms {
  close(): Promise<void>;
}

export function createJsonataTransforms(): ClosableTransforms {
  let worker: Worker | undefined;
  let last: Promise<unknown> = Promise.resolve();

  async function evaluate(expression: string, body: string): Promise<string | undefined> {
    worker ??= await started();
    const mine = worker;
    const ended = new AbortController();
    const timer = setTimeout(() => ended.abort(), LIMIT_MS);
    try {
      const answered = once(mine, 'message', { signal: ended.signal }) as Promise<[Outcome]>;
      mine.postMessage({ expression, body });
      const [{ result, problem }] = await answered;
      if (problem !== undefined) throw mapping(problem);
      return result;
    } catch (error) {
      if (error instanceof HeroError) throw error;
      worker = undefined;
      await mine.terminate();
      throw mapping(`took more than ${LIMIT_MS / 1000} s or ${MEMORY_MB} MiB; simplify the expression`);
    } finally {
      clearTimeout(timer);
    }
  }

  return {
    problem(expression) {
      try {
        jsonata(expression);
        return undefined;
      } catch (error) {
        const { message, position } = error as { message?: string; position?: number };
        return `is no JSONata: ${message ?? 'it does not parse'}${position === undefined ? '' : ` (at character ${position})`}`;
      }
    },
    run(expression, body) {
      const mine = last.then(() => evaluate(expression, body));
      last = mine.catch(() => undefined);
      return mine;
    },
    async close() {
      await last;
      await worker?.terminate();
    },
  };
}

async function started(): Promise<Worker> {
  const worker = new Worker(new URL('./jsonata-worker.ts', import.meta.url), {
    resourceLimits: { maxOldGenerationSizeMb: MEMORY_MB },
    env: {},
    execArgv: [],
  });
  worker.unref();
  await once(worker, 'online');
  return worker;
}

function mapping(description: string): HeroError {
  return new HeroError('HOOK_MAPPING', `jsonata: ${description}`, { violations: [{ field: 'jsonata', description }] });
}
