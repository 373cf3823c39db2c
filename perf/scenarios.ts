// All scenarios by name.

import type { Report } from './report.ts';
import { access } from './scenarios/access.ts';
import { answer } from './scenarios/answer.ts';
import { claims } from './scenarios/claims.ts';
import { cluster } from './scenarios/cluster.ts';
import { fanOut } from './scenarios/fan-out.ts';
import { firstSpan } from './scenarios/first-span.ts';
import { flames } from './scenarios/flames.ts';
import { fortySteps } from './scenarios/forty-steps.ts';
import { ingest } from './scenarios/ingest.ts';
import { isolation } from './scenarios/isolation.ts';
import { library } from './scenarios/library.ts';
import { type LongRunOptions, longRun } from './scenarios/long-run.ts';
import { memory } from './scenarios/memory.ts';
import { type MillionOptions, million, millionOnMongo } from './scenarios/million.ts';
import { nothing } from './scenarios/nothing.ts';
import { parallelSteps } from './scenarios/parallel-steps.ts';
import { type PeersOptions, peers } from './scenarios/peers.ts';
import { processor } from './scenarios/processor.ts';
import { replay } from './scenarios/replay.ts';
import { sandbox } from './scenarios/sandbox.ts';
import { sandboxServer } from './scenarios/sandbox-server.ts';
import { serviceTimes } from './scenarios/service-times.ts';
import { tracing } from './scenarios/tracing.ts';
import { triggers } from './scenarios/triggers.ts';
import { ui } from './scenarios/ui.ts';
import type { PerfServer } from './server.ts';

type Scenario = (
  server: PerfServer,
  rounds: number,
  options: PeersOptions & MillionOptions & LongRunOptions,
) => Promise<Report | readonly Report[]>;

export const SCENARIOS: Readonly<Record<string, Scenario>> = {
  'forty-steps': fortySteps,
  'first-span': firstSpan,
  nothing,
  isolation,
  answer,
  replay,
  processor,
  ingest,
  'parallel-steps': parallelSteps,
  library,
  sandbox,
  'sandbox-server': sandboxServer,
  access,
  tracing,
  triggers,
  memory,
  ui,
};

/** Those that take minutes: only when named. */
export const LONG: typeof SCENARIOS = {
  million,
  'million-mongodb': millionOnMongo,
  'fan-out': fanOut,
  'long-run': longRun,
  peers,
  cluster,
  claims,
  'service-times': serviceTimes,
  flames,
};
