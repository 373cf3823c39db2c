// The end of a run: everything is left alone, and asked for.

import { createClient } from '@connectrpc/connect';
import { createGrpcTransport } from '@connectrpc/connect-node';
import type { Mesh } from '@hero-logic/cli/testing/mesh';
import { SpanService } from '@hero-logic/proto/herologic/executor/v1/span_service_pb';
import { checkerWorks, problemsOf, type RecordedStep } from './check.ts';
import type { PlayView, startLoad } from './load.ts';

const END_MS = 180_000;

/** Asks for all that was acknowledged, says what is wrong with it, and whether the run held. `faults`: what was done, and how often. */
export async function judge(
  mesh: Mesh,
  load: ReturnType<typeof startLoad>,
  faults: ReadonlyMap<string, number>,
): Promise<boolean> {
  const until = Date.now() + END_MS;
  const problems: string[] = [];
  let runs = 0;
  let isProven = false;
  for (const remembered of load.plays) {
    const timeout = Math.max(1, until - Date.now());
    const params = { play_sid: remembered.sid, timeout_ms: timeout, until: 'terminal' };
    const play = await load.insist<PlayView>('play_wait', params);
    const steps = await recordedSteps(mesh, remembered.sid);
    runs += play.attempt;
    const wrong = problemsOf(remembered, play, steps);
    problems.push(...wrong);
    if (wrong.length > 0) console.log(`look at ${JSON.stringify({ play, steps })}`);
    isProven ||= remembered.flow === 'asks' && play.status === 'success' && checkerWorks(remembered, play, steps);
  }
  console.log([...faults].map(([fault, count]) => `${count} x ${fault}`).join(', '));
  console.log(`${load.plays.length} plays in ${runs} runs, ${load.refused()} calls tried again`);
  for (const problem of problems.slice(0, 20)) console.log(`WRONG: ${problem}`);
  const isVoid = faults.size === 0 || load.plays.length === 0 || !isProven;
  console.log(
    isVoid ? 'VOID: nothing was put to the test' : problems.length === 0 ? 'HELD' : `BROKEN: ${problems.length}`,
  );
  return !isVoid && problems.length === 0;
}

async function recordedSteps(mesh: Mesh, playSid: string): Promise<RecordedStep[]> {
  const spans = createClient(SpanService, createGrpcTransport({ baseUrl: mesh.url('executor') }));
  const steps: RecordedStep[] = [];
  for (let after = 0n; ; ) {
    const page = await spans.listSteps({ playSid, after });
    steps.push(...page.steps.map(({ name, output }) => ({ name, output })));
    if (page.next === 0n) return steps;
    after = page.next;
  }
}
