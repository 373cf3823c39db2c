// Runs the scenarios against a real local run and prints tables. Ratios compare figures of one run on one machine.

import { cpus, release, totalmem } from 'node:os';
import { parseArgs } from 'node:util';
import { printReport, type Report } from './report.ts';
import { answer } from './scenarios/answer.ts';
import { firstSpan } from './scenarios/first-span.ts';
import { fortySteps } from './scenarios/forty-steps.ts';
import { library } from './scenarios/library.ts';
import { memory } from './scenarios/memory.ts';
import { nothing } from './scenarios/nothing.ts';
import { parallelSteps } from './scenarios/parallel-steps.ts';
import { replay } from './scenarios/replay.ts';
import { triggers } from './scenarios/triggers.ts';
import { type PerfServer, startServer } from './server.ts';

const SCENARIOS: Record<string, (server: PerfServer, rounds: number) => Promise<Report>> = {
  'forty-steps': fortySteps,
  'first-span': firstSpan,
  nothing,
  answer,
  replay,
  'parallel-steps': parallelSteps,
  library,
  triggers,
  memory,
};

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { rounds: { type: 'string', default: '20' }, help: { type: 'boolean', default: false } },
});

if (values.help) {
  console.log(
    `Usage: npm run perf -- [--rounds N] [SCENARIO...]\nScenarios: ${Object.keys(SCENARIOS).join(', ')} (none given = all)`,
  );
  process.exit(0);
}
const rounds = Number(values.rounds);
const unknown = positionals.filter((name) => !Object.hasOwn(SCENARIOS, name));
if (unknown.length > 0 || !Number.isInteger(rounds) || rounds < 1) {
  console.error(
    unknown.length > 0 ? `no scenario named ${unknown.join(', ')}; see --help` : '--rounds takes a whole number from 1',
  );
  process.exit(2);
}

console.log(
  `${cpus().length} x ${cpus()[0]?.model}, ${Math.round(totalmem() / 2 ** 30)} GiB, Linux ${release()}, Node ${process.versions.node}, ${rounds} rounds\n`,
);
const server = await startServer();
try {
  for (const name of positionals.length > 0 ? positionals : Object.keys(SCENARIOS)) {
    console.log(printReport(await (SCENARIOS[name] as (typeof SCENARIOS)[string])(server, rounds)));
  }
} finally {
  await server.stop();
}
