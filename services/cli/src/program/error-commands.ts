// Definitions of errors: failures that many plays have in common.

import { type Command, Option } from 'commander';
import type { ErrorListArgs } from '../commands/error-groups.ts';
import { examples, type Shell, wholeNumber } from './shared.ts';

const DECISIONS = [
  {
    name: 'resolve',
    state: 'resolved',
    description: 'mark it as mended; it opens again when a play that starts later, or a newer version, fails so',
  },
  { name: 'ignore', state: 'ignored', description: 'mark it as known; it never opens by itself' },
  { name: 'reopen', state: 'open', description: 'open it again' },
] as const;

export function addErrorCommands(program: Command, shell: Shell): void {
  const errors = program
    .command('errors')
    .description('see which failures plays have in common, and decide about them')
    .addHelpText(
      'after',
      examples('hero-logic errors list --flow invoice', 'hero-logic play list error:3f2a9c1d4e5b6a70'),
    );

  errors
    .command('list')
    .description('list groups of equal failures, the one seen last first')
    .option('--flow <name>', 'only of this flow (name or sid)')
    .addOption(
      new Option('--state <state>', 'only in this state')
        .choices(['open', 'resolved', 'ignored', 'all'])
        .default('open'),
    )
    .option('--limit <number>', 'at most this many', wholeNumber(1, 10_000), 50)
    .addHelpText('after', examples('hero-logic errors list --state all -o json'))
    .action(async (options: ErrorListArgs) => {
      const { errorList } = await import('../commands/error-groups.ts');
      shell.end(await errorList(await shell.connect(), options));
    });

  errors
    .command('show')
    .description('show one group')
    .argument('<error>', 'its fingerprint')
    .addHelpText('after', examples('hero-logic errors show 3f2a9c1d4e5b6a70'))
    .action(async (fingerprint: string) => {
      const { errorShow } = await import('../commands/error-groups.ts');
      shell.end(await errorShow(await shell.connect(), fingerprint));
    });

  for (const { name, state, description } of DECISIONS) {
    errors
      .command(name)
      .description(description)
      .argument('<error>', 'its fingerprint')
      .addHelpText('after', examples(`hero-logic errors ${name} 3f2a9c1d4e5b6a70`))
      .action(async (fingerprint: string) => {
        const { errorDecide } = await import('../commands/error-groups.ts');
        shell.end(await errorDecide(await shell.connect(), fingerprint, state));
      });
  }
}
