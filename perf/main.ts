// Runs the scenarios against a real local run and prints tables. Ratios compare figures of one run on one machine.

import { readFileSync, writeFileSync } from 'node:fs';
import { cpus, release, totalmem } from 'node:os';
import { parseArgs } from 'node:util';
import { accept, type Baseline, missing, type Regression, regressions } from './check.ts';
import { printReport, type Report, ratioOf } from './report.ts';
import { access } from './scenarios/access.ts';
import { answer } from './scenarios/answer.ts';
import { firstSpan } from './scenarios/first-span.ts';
import { fortySteps } from './scenarios/forty-steps.ts';
import { library } from './scenarios/library.ts';
import { memory } from './scenarios/memory.ts';
import { million } from './scenarios/million.ts';
import { nothing } from './scenarios/nothing.ts';
import { parallelSteps } from './scenarios/parallel-steps.ts';
import { processor } from './scenarios/processor.ts';
import { replay } from './scenarios/replay.ts';
import { sandbox } from './scenarios/sandbox.ts';
import { triggers } from './scenarios/triggers.ts';
import { ui } from './scenarios/ui.ts';
import { type PerfServer, startServer } from './server.ts';

const SCENARIOS: Record<string, (server: PerfServer, rounds: number) => Promise<Report>> = {
  'forty-steps': fortySteps,
  'first-span': firstSpan,
  nothing,
  answer,
  replay,
  processor,
  'parallel-steps': parallelSteps,
  library,
  sandbox,
  access,
  triggers,
  memory,
  ui,
};

/** Those that take minutes: only when named. */
const LONG: typeof SCENARIOS = { million };
const ALL = { ...SCENARIOS, ...LONG };

const BASELINE = new URL('./baseline.json', import.meta.url);
const HELP = `Usage: npm run perf -- [options] [SCENARIO...]
Scenarios: ${Object.keys(SCENARIOS).join(', ')} (none given = all of these);
only when named, since they take minutes: ${Object.keys(LONG).join(', ')}

  --rounds N   how often each is measured (20)
  --json FILE  write the figures to a file as well
  --check      compare the ratios with perf/baseline.json; ends with 1 when one has grown beyond noise, twice in a row
  --accept     write the ratios of this run into perf/baseline.json
  --help       this text`;

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    rounds: { type: 'string', default: '20' },
    json: { type: 'string' },
    check: { type: 'boolean', default: false },
    accept: { type: 'boolean', default: false },
    help: { type: 'boolean', default: false },
  },
});

if (values.help) {
  console.log(HELP);
  process.exit(0);
}
const rounds = Number(values.rounds);
const unknown = positionals.filter((name) => !Object.hasOwn(ALL, name));
if (unknown.length > 0 || !Number.isInteger(rounds) || rounds < 1) {
  console.error(
    unknown.length > 0 ? `no scenario named ${unknown.join(', ')}; see --help` : '--rounds takes a whole number from 1',
  );
  process.exit(2);
}

const machine = `${cpus().length} x ${cpus()[0]?.model}, ${Math.round(totalmem() / 2 ** 30)} GiB, Linux ${release()}, Node ${process.versions.node}`;
console.log(`${machine}, ${rounds} rounds\n`);
const baseline = JSON.parse(readFileSync(BASELINE, 'utf8')) as Baseline;
const reports: Report[] = [];
const slower: Regression[] = [];
const server = await startServer();
try {
  for (const name of positionals.length > 0 ? positionals : Object.keys(SCENARIOS)) {
    const scenario = ALL[name] as (typeof SCENARIOS)[string];
    const report = await scenario(server, rounds);
    console.log(printReport(report));
    reports.push(report);
    if (!values.check || regressions(baseline, report).length === 0) continue;
    const again = await scenario(server, rounds);
    console.log(printReport(again));
    const twice = new Set(regressions(baseline, report).map(({ row }) => row));
    slower.push(...regressions(baseline, again).filter(({ row }) => twice.has(row)));
  }
} finally {
  await server.stop();
}

if (values.json !== undefined)
  writeFileSync(values.json, `${JSON.stringify({ machine, rounds, reports: reports.map(withRatios) }, null, 1)}\n`);
if (values.accept) writeFileSync(BASELINE, `${JSON.stringify(accept(baseline, reports), null, 2)}\n`);
if (values.check) {
  const gone = missing(baseline, reports);
  for (const row of gone) console.error(`not measured any more: ${row}`);
  for (const { title, row, was, is } of slower)
    console.error(`slower: ${title}: ${row}: ${was}x before, ${is.toFixed(2)}x now`);
  if (gone.length + slower.length > 0) process.exit(1);
  console.log('no ratio has grown beyond noise');
}

function withRatios(report: Report): object {
  return { ...report, rows: report.rows.map((row) => ({ ...row, ratio: ratioOf(row) })) };
}
