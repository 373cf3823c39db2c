// Runs the scenarios against a real local run and prints tables. Ratios compare figures of one run on one machine.

import { readFileSync, writeFileSync } from 'node:fs';
import { toolArguments, toolNumber } from '@hero-logic/platform/testing';
import { accept, type Baseline, confirmed, missing, type Regression } from './check.ts';
import { describeMachine, machineLine } from './machine.ts';
import { renderPage } from './page.ts';
import { PEERS } from './peers/peers.ts';
import { printReport, type Report, ratioOf } from './report.ts';
import { LONG, SCENARIOS } from './scenarios.ts';
import { startServer } from './server.ts';

const ALL = { ...SCENARIOS, ...LONG };

const BASELINE = new URL('./baseline.json', import.meta.url);
const HELP = `Usage: npm run perf -- [options] [SCENARIO...]
Scenarios: ${Object.keys(SCENARIOS).join(', ')} (none given = all of these);
only when named, since they take minutes: ${Object.keys(LONG).join(', ')}

  --rounds N   how often each is measured (20)
  --plays N    of the scenarios million: how many plays have ended (1,000,000); of long-run: how many are played (100,000)
  --peers A,B  of the scenario peers only these: ${Object.keys(PEERS).join(', ')}
  --json FILE  write the figures to a file as well
  --page FILE  write a page with plots (HTML that needs no other file)
  --check      compare the ratios with perf/baseline.json; ends with 1 when one has grown beyond noise, twice in a row
  --accept     write the ratios of this run into perf/baseline.json
  --help       this text`;

const { values, positionals } = toolArguments(
  HELP,
  {
    rounds: { type: 'string', default: '20' },
    plays: { type: 'string' },
    peers: { type: 'string', default: '' },
    json: { type: 'string' },
    page: { type: 'string' },
    check: { type: 'boolean', default: false },
    accept: { type: 'boolean', default: false },
  },
  true,
);

const rounds = toolNumber('rounds', values.rounds, { least: 1 });
const plays = values.plays === undefined ? undefined : toolNumber('plays', values.plays, { least: 1 });
const peers = values.peers.split(',').filter(Boolean);
const unknown = [
  ...positionals.filter((name) => !Object.hasOwn(ALL, name)),
  ...peers.filter((name) => !Object.hasOwn(PEERS, name)),
];
if (unknown.length > 0) {
  console.error(`no scenario or peer named ${unknown.join(', ')}; see --help`);
  process.exit(2);
}

const machine = describeMachine();
console.log(`${machineLine(machine)}, ${rounds} rounds\n`);
const baseline = JSON.parse(readFileSync(BASELINE, 'utf8')) as Baseline;
const reports: Report[] = [];
const slower: Regression[] = [];
const server = await startServer();
try {
  for (const name of positionals.length > 0 ? positionals : Object.keys(SCENARIOS)) {
    const scenario = ALL[name] as (typeof SCENARIOS)[string];
    const measure = async () => {
      const found = [await scenario(server, rounds, { peers, plays })].flat();
      for (const report of found) console.log(printReport(report));
      return found;
    };
    const first = await measure();
    reports.push(...first);
    if (values.check) slower.push(...(await confirmed(baseline, first, measure)));
  }
} finally {
  await server.stop();
}

if (values.json !== undefined)
  writeFileSync(values.json, `${JSON.stringify({ machine, rounds, reports: reports.map(withRatios) }, null, 1)}\n`);
if (values.page !== undefined) writeFileSync(values.page, renderPage({ machine, rounds, reports }));
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
