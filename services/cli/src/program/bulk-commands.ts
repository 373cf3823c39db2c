// Definitions of play bulk: what is done to many plays at once.

import type { Command } from 'commander';
import type { BulkVerb, PlayBulkArgs } from '../commands/play-bulk.ts';
import { examples, type Shell } from './shared.ts';

interface Verb {
  readonly verb: BulkVerb;
  readonly description: string;
  readonly example: string;
}

const VERBS: readonly Verb[] = [
  {
    verb: 'cancel',
    description: 'stop every play that a filter finds',
    example: `hero-logic play bulk cancel 'workflow:invoice status:waiting' --reason "wrong prices"`,
  },
  {
    verb: 'rerun',
    description: 'run every play that a filter finds again, as forks in which everything runs anew',
    example: `hero-logic play bulk rerun 'workflow:invoice status:failed since:2h' --wait`,
  },
  {
    verb: 'resume',
    description: 'move every live play that a filter finds to another version; it runs from the start with its answers',
    example: `hero-logic play bulk resume 'workflow:invoice version:3 status:waiting' --flow-version 01kcs9h5w0x7v5t2m4q8n3z6ya`,
  },
  {
    verb: 'delete',
    description: 'delete every ended play that a filter finds: hidden at once, removed when the undo window is over',
    example: `hero-logic play bulk delete 'ended<2026-01-01' --undo 1d`,
  },
];

export function addBulkCommands(play: Command, shell: Shell): void {
  const bulk = play
    .command('bulk')
    .description('do one thing to many plays, in the background')
    .addHelpText(
      'after',
      `
Filters are those of "play list". A job goes on when the command ends, and through restarts of the server.
${examples(`hero-logic play bulk cancel 'status:waiting created<2026-11-01' --dry-run`, 'hero-logic play bulk list')}`,
    );
  for (const verb of VERBS) addVerb(bulk, shell, verb);
  addJobs(bulk, shell);
}

function addVerb(bulk: Command, shell: Shell, { verb, description, example }: Verb): void {
  const command = bulk
    .command(verb)
    .description(description)
    .argument('<filter...>', 'which plays, as for "play list"')
    .option('--dry-run', 'only say how many plays it finds')
    .option('--wait', 'wait until every play has had its turn')
    .option('--reason <text>', 'why, for people')
    .option('--request-id <text>', 'the same one again gives the same job');
  if (verb === 'rerun' || verb === 'resume') command.option('--flow-version <sid>', 'sid of the version to run');
  if (verb === 'delete') command.option('--undo <time>', 'how long it can be undone: 30s, 10m, 2h, 3d (default: 1h)');
  command
    .addHelpText('after', examples(example))
    .action(async (filter: string[], options: Omit<PlayBulkArgs, 'filter'>) => {
      const { playBulk } = await import('../commands/play-bulk.ts');
      shell.end(await playBulk(await shell.connect(), verb, { ...options, filter }));
    });
}

function addJobs(bulk: Command, shell: Shell): void {
  bulk
    .command('list')
    .description('list bulk jobs, newest first')
    .addHelpText('after', examples('hero-logic play bulk list'))
    .action(async () => {
      const { bulkList } = await import('../commands/play-bulk.ts');
      shell.end(await bulkList(await shell.connect()));
    });
  const onJob = { show: 'bulkShow', stop: 'bulkStop', undo: 'bulkUndo' } as const;
  const words = {
    show: 'show how far a job is, and which plays refused it',
    stop: 'stop a job where it is; what was done stays done',
    undo: 'show the plays of a deletion again',
  };
  for (const name of ['show', 'stop', 'undo'] as const) {
    bulk
      .command(name)
      .description(words[name])
      .argument('<job>', 'sid of the job')
      .addHelpText('after', examples(`hero-logic play bulk ${name} 01kcs9h5w0x7v5t2m4q8n3z6ya`))
      .action(async (jobSid: string) => {
        const commands = await import('../commands/play-bulk.ts');
        shell.end(await commands[onJob[name]](await shell.connect(), jobSid));
      });
  }
}
