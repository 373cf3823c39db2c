// Definitions of bench run, generate, show, list, cancel and compare, and of flow pick.

import type { Command } from 'commander';
import { Option } from 'commander';
import type { BenchGenerateArgs } from '../commands/bench-generate.ts';
import type { BenchListArgs } from '../commands/bench-list.ts';
import type { BenchRunArgs } from '../commands/bench-run.ts';
import type { FlowPickArgs } from '../commands/flow-pick.ts';
import { collect, examples, type Shell, weight, wholeNumber } from './shared.ts';

export function addBenchCommands(program: Command, shell: Shell): void {
  const bench = program
    .command('bench')
    .description('measure versions over examples, and compare them')
    .addHelpText('after', examples('hero-logic bench run invoice --wait', 'hero-logic bench list invoice'));

  bench
    .command('run')
    .description('run a version over the examples of its flow')
    .argument('<flow>', 'name or sid')
    .option('--flow-version <number>', 'this version instead of the current one (number or sid)')
    .option('--example <name>', 'only this example; may be repeated', collect)
    .option('--repeats <number>', 'runs of each example (default: 1)', wholeNumber(1, 100))
    .option('--concurrency <number>', 'plays at the same time (default: 4)', wholeNumber(1, 100))
    .addOption(
      new Option('--scoring <method>', 'how outputs are compared (default: exact)').choices([
        'exact',
        'subset',
        'schema',
        'flow',
      ]),
    )
    .option('--tolerance <share>', 'with subset: numbers may differ by this share', weight(1))
    .option('--scoring-flow <flow>', 'with flow: the flow that scores')
    .option(
      '--budget-s <seconds>',
      'start no further run after this time, and cancel those under way',
      wholeNumber(1, 2_592_000),
    )
    .option('--budget-usd <dollars>', 'start no further run after this known cost', weight())
    .option(
      '--generate <number>',
      'have a flow think of so many inputs first, which stay as examples',
      wholeNumber(1, 100),
    )
    .option('--generate-by <flow>', 'the flow that thinks of them (default: invent_inputs, which asks a model)')
    .option('--request-id <text>', 'the same id gives the same benchmark; without one each call starts one')
    .option('--wait', 'show progress until it has ended, then its figures')
    .addHelpText(
      'after',
      examples(
        'hero-logic bench run invoice --repeats 5 --wait',
        'hero-logic bench run invoice --flow-version 2 --scoring subset --tolerance 0.01 --wait',
        'hero-logic bench run invoice --generate 10 --wait',
      ),
    )
    .action(async (flow: string, options: Omit<BenchRunArgs, 'flow'>) => {
      const { benchRun } = await import('../commands/bench-run.ts');
      shell.end(await benchRun(await shell.connect(), { ...options, flow }));
    });

  bench
    .command('generate')
    .description('have a flow think of inputs, and save the sound ones as examples')
    .argument('<flow>', 'name or sid of the flow that gets the examples')
    .option('--by <flow>', 'name of the flow that thinks of them (default: invent_inputs, which asks a model)')
    .option('--count <number>', 'how many to ask for (default: 10)', wholeNumber(1, 100))
    .option('--flow-version <number>', 'for this version instead of the current one (number or sid)')
    .addHelpText(
      'after',
      examples(
        'hero-logic bench generate invoice --count 20',
        'hero-logic bench generate invoice --by think_of_orders',
      ),
    )
    .action(async (flow: string, options: Omit<BenchGenerateArgs, 'flow'>) => {
      const { benchGenerate } = await import('../commands/bench-generate.ts');
      shell.end(await benchGenerate(await shell.connect(), { ...options, flow }));
    });

  bench
    .command('show')
    .description('show the figures of a benchmark, and its runs')
    .argument('<benchmark>', 'sid')
    .addHelpText('after', examples('hero-logic bench show 01kcs9h5w0x7v5t2m4q8n3z6ya'))
    .action(async (benchmark: string) => {
      const { benchShow } = await import('../commands/bench-show.ts');
      shell.end(await benchShow(await shell.connect(), { benchmark }));
    });

  bench
    .command('list')
    .description('list the benchmarks of a flow, newest first')
    .argument('<flow>', 'name or sid')
    .option('--limit <number>', 'at most this many (default: 20)', wholeNumber(1, 1000))
    .addHelpText('after', examples('hero-logic bench list invoice'))
    .action(async (flow: string, options: Omit<BenchListArgs, 'flow'>) => {
      const { benchList } = await import('../commands/bench-list.ts');
      shell.end(await benchList(await shell.connect(), { ...options, flow }));
    });

  bench
    .command('cancel')
    .description('stop a benchmark and its plays')
    .argument('<benchmark>', 'sid')
    .addHelpText('after', examples('hero-logic bench cancel 01kcs9h5w0x7v5t2m4q8n3z6ya'))
    .action(async (benchmark: string) => {
      const { benchCancel } = await import('../commands/bench-show.ts');
      shell.end(await benchCancel(await shell.connect(), { benchmark }));
    });

  bench
    .command('compare')
    .description('compare two benchmarks, example by example')
    .argument('<base>', 'sid')
    .argument('<other>', 'sid')
    .addHelpText('after', examples('hero-logic bench compare 01kcs9h5w0x7v5t2m4q8n3z6ya 01kcsa1b2c3d4e5f6g7h8j9k0m'))
    .action(async (base: string, other: string) => {
      const { benchCompare } = await import('../commands/bench-compare.ts');
      shell.end(await benchCompare(await shell.connect(), { base, other }));
    });
}

export function addFlowPick(flow: Command, shell: Shell): void {
  flow
    .command('pick')
    .description('choose the version that fits a request, from what benchmarks have shown')
    .argument('<flow>', 'name or sid')
    .option('--request <text>', 'what is to be done; rates the difficulty')
    .option('--cost <weight>', 'weight of low cost', weight())
    .option('--speed <weight>', 'weight of short duration', weight())
    .option('--accuracy <weight>', 'weight of success and accuracy', weight())
    .addHelpText('after', examples('hero-logic flow pick invoice --accuracy 3 --cost 1'))
    .action(async (name: string, options: Omit<FlowPickArgs, 'flow'>) => {
      const { flowPick } = await import('../commands/flow-pick.ts');
      shell.end(await flowPick(await shell.connect(), { ...options, flow: name }));
    });
}
