// `npm run simulate`: many seeds, or one again with all that happens in it.

import { toolArguments, toolNumber } from '@hero-logic/platform/testing';
import { type Outcome, simulate } from './simulate.ts';

const HELP = `Usage: npm run simulate -- [--seeds N] [--from N] [--minutes N]
       npm run simulate -- --seed N [--trace]

Runs the real scheduler and executor over simulated time, network, disks and play processes. Each seed is a
world of its own with its own faults; the same seed gives the same world. Ends with 1 when a promise was broken.

  --seeds N    how many worlds (1000)
  --from N     the first seed (1)
  --minutes N  no further world after this time (no end)
  --seed N     this one alone
  --trace      what happens in it, a line each, on stderr`;

async function main(): Promise<number> {
  const { values } = toolArguments(HELP, {
    seeds: { type: 'string', default: '1000' },
    from: { type: 'string', default: '1' },
    minutes: { type: 'string', default: '0' },
    seed: { type: 'string' },
    trace: { type: 'boolean', default: false },
  });
  const from = values.seed === undefined ? toolNumber('from', values.from) : toolNumber('seed', values.seed);
  const count = values.seed === undefined ? toolNumber('seeds', values.seeds) : 1;
  const minutes = toolNumber('minutes', values.minutes);
  const onTrace = (line: string) => process.stderr.write(`${line}\n`);
  const began = process.hrtime.bigint();
  const total = { worlds: 0, events: 0, plays: 0, steps: 0, broken: 0 };
  const isLate = () => minutes > 0 && Number(process.hrtime.bigint() - began) / 6e10 >= minutes;
  for (let seed = from; seed < from + count && !isLate(); seed++) {
    const outcome = await simulate({ seed, ...(values.trace ? { onTrace } : {}) });
    total.worlds += 1;
    total.events += outcome.events;
    total.plays += outcome.plays;
    total.steps += outcome.steps;
    if (outcome.violations.length > 0) {
      total.broken += 1;
      report(outcome);
    }
  }
  const seconds = Number(process.hrtime.bigint() - began) / 1e9;
  process.stdout.write(
    `${total.worlds} worlds, ${total.plays} plays, ${total.steps} acknowledged steps, ${total.events} events in ${seconds.toFixed(1)} s; ${total.broken} broke a promise\n`,
  );
  return total.broken > 0 ? 1 : 0;
}

function report({ seed, violations }: Outcome): void {
  process.stdout.write(`seed ${seed}:\n${violations.map((v) => `  ${v}\n`).join('')}`);
  process.stdout.write(`  again: npm run simulate -- --seed ${seed} --trace\n`);
}

process.exitCode = await main();
