// Searches over 10,000 workflows, over gRPC, one at a time, with details; also right after a write.

import { createClient } from '@connectrpc/connect';
import { LibraryService } from '@hero-logic/proto/herologic/registry/v1/library_service_pb';
import { WorkflowService } from '@hero-logic/proto/herologic/registry/v1/workflow_service_pb';
import type { Report } from '../report.ts';
import type { PerfServer } from '../server.ts';
import { spread } from '../stats.ts';

const WORKFLOWS = 10_000;
const IN_FLIGHT = 16;
const WARM_UP = 40;

const VERBS =
  'send create check review collect translate deploy restore clean merge predict compare renew cancel import export'.split(
    ' ',
  );
const THINGS =
  'invoice order ticket contract report database certificate customer address image transcript payment employee parcel budget newsletter'.split(
    ' ',
  );
const PLACES = 'warehouse bank archive cluster mailbox calendar spreadsheet website clinic factory'.split(' ');
const QUERIES = [
  'send invoice',
  'invioce',
  'renewing certificates before they expire',
  'translate a contract for the archive',
  'restore databse from the warehouse',
  'custom',
  'who checks the payment of an employee',
  'budget report in a spreadsheet',
  'step 77',
  'merge addresses',
];

export async function library(server: PerfServer, rounds: number): Promise<Report> {
  const workflows = createClient(WorkflowService, server.transport);
  const { searchLibrary } = createClient(LibraryService, server.transport);
  let next = 0;
  const worker = async () => {
    for (let i = next++; i < WORKFLOWS; i = next++) await workflows.createWorkflow(workflow(i));
  };
  await Promise.all(Array.from({ length: IN_FLIGHT }, worker));

  const ask = async (round: number) => {
    const started = performance.now();
    const { hits } = await searchLibrary({ query: QUERIES[round % QUERIES.length] as string, limit: 10, detail: true });
    if (hits.length === 0) throw new Error(`nothing was found for "${QUERIES[round % QUERIES.length]}"`);
    return performance.now() - started;
  };
  const times: number[] = [];
  for (let round = -WARM_UP; round < rounds * 20; round++) {
    const took = await ask(round + WARM_UP);
    if (round >= 0) times.push(took);
  }
  const afterWrite: number[] = [];
  for (let round = 0; round < rounds; round++) {
    await workflows.createWorkflow(workflow(WORKFLOWS + round));
    afterWrite.push(await ask(round));
  }
  return {
    title: `Search over ${WORKFLOWS} workflows`,
    rows: [
      { name: 'ten hits with details over gRPC', spread: spread(times), unit: 'ms' },
      { name: 'the same, 95th percentile', spread: spread([spread(times).p95]), unit: 'ms', goal: 'under 20' },
      { name: 'right after a write', spread: spread(afterWrite), unit: 'ms' },
    ],
  };
}

/** A page of text each, in the words of a few trades and some of its own. */
function workflow(i: number) {
  const pick = (list: readonly string[], salt: number) =>
    list[(i * 7919 + salt * 104_729 + ((i * salt) >> 3)) % list.length] as string;
  const sentence = (salt: number) =>
    `${pick(VERBS, salt)}s the ${pick(THINGS, salt + 1)} of the ${pick(PLACES, salt + 2)} when the ${pick(THINGS, salt + 3)} ${(i * salt) % 5000} asks`;
  const name = `${pick(VERBS, 1)}_${pick(THINGS, 2)}_${i}`;
  const steps = Array.from(
    { length: 8 },
    (_, k) =>
      `@flow\ndef ${pick(VERBS, k)}_${pick(PLACES, k)}_${k}():\n    """${sentence(k + 5)}; ${sentence(k + 50)}."""\n\n`,
  );
  const pythonSource = `from hero_tracing import flow\n\n${steps.join('\n')}@flow(name="${name}")\ndef entry(${pick(THINGS, 3)}_id: str, customer: str = ""):\n    """${sentence(4)}."""\n`;
  return { name, description: sentence(9), tags: [pick(THINGS, 11), pick(PLACES, 12)], pythonSource };
}
