// The flows of the peers as plays of hero-logic: the same work, every play in a sandboxed process of its own.

import { addKind, type Kind } from '../isolation-kinds.ts';
import type { PerfServer } from '../server.ts';
import type { Request } from './program.ts';

const STEPS = `
from hero_tracing import ask_user, flow

def fibo(n: int) -> int:
    return n if n < 2 else fibo(n - 1) + fibo(n - 2)

@flow
def work(i: int) -> int:
    return fibo(10)

@flow(name="peer_steps")
def peer_steps(count: int) -> int:
    last = 55
    for i in range(count):
        last = work(i)
    return last

@flow(name="peer_answer")
def peer_answer() -> int:
    ask_user.number("Well?", name="well")
    return work(0)

@flow(name="peer_fan")
def peer_fan(count: int) -> int:
    return sum(flow.map(work, range(count)))
`;

/** Milliseconds of one run, from its start (or its answer) to its end; `three` gives runs a second. */
export async function askOurs(server: PerfServer, { run, ...given }: Request, kind: Kind = 'play'): Promise<number> {
  const add = (name: string) => addKind(server, kind, { name, source: STEPS });
  if (run === 'answer') return await answer(server, await add('peer_answer'));
  const sid = await add(run === 'fan_out' ? 'peer_fan' : 'peer_steps');
  if (run === 'steps') return await play(server, sid, given, 55);
  if (run === 'fan_out') return await play(server, sid, given, 55 * Number(given.count));
  const { runs, at_once } = given as { runs: number; at_once: number };
  let left = runs;
  const at = performance.now();
  const worker = async () => {
    while (left-- > 0) await play(server, sid, { count: 3 }, 55);
  };
  await Promise.all(Array.from({ length: at_once }, worker));
  return (runs / (performance.now() - at)) * 1000;
}

async function play({ plays }: PerfServer, workflowSid: string, input: object, wanted: number): Promise<number> {
  const at = performance.now();
  const inputData = JSON.stringify(input);
  const ended = await plays.startPlay({
    workflow: { case: 'workflowSid', value: workflowSid },
    inputData,
    waitMs: 600_000n,
  });
  const took = performance.now() - at;
  expectOutput(ended.outputData, wanted, ended.error?.message);
  return took;
}

async function answer({ plays }: PerfServer, workflowSid: string): Promise<number> {
  const { sid, pendingResumes } = await plays.startPlay({
    workflow: { case: 'workflowSid', value: workflowSid },
    waitMs: 60_000n,
  });
  const at = performance.now();
  await plays.resumePlay({ playSid: sid, resumeId: pendingResumes[0]?.id ?? '', payloadJson: '7' });
  const ended = await plays.waitPlay({ playSid: sid, timeoutMs: 60_000n });
  const took = performance.now() - at;
  expectOutput(ended.outputData, 55, ended.error?.message);
  return took;
}

function expectOutput(found: string, wanted: number, error = ''): void {
  if (found !== String(wanted)) throw new Error(`a play gave ${found} instead of ${wanted}: ${error}`);
}
