// Definitions of retention and storage: how long plays are kept, and how much room they take.

import type { Command } from 'commander';
import type { RetentionSetArgs } from '../commands/retention.ts';
import { examples, type Shell, wholeNumber } from './shared.ts';

export function addStorageCommands(program: Command, shell: Shell): void {
  const retention = program
    .command('retention')
    .description('say how long plays that have ended are kept')
    .addHelpText('after', examples('hero-logic retention set invoice --age 90d', 'hero-logic retention list'));

  retention
    .command('list')
    .description('list the rule for all and those of single flows')
    .addHelpText('after', examples('hero-logic retention list'))
    .action(async () => {
      const { retentionList } = await import('../commands/retention.ts');
      shell.end(await retentionList(await shell.connect()));
    });

  retention
    .command('set')
    .description('give a flow a rule of its own')
    .argument('<flow>', 'name or sid')
    .option('--age <time>', 'remove plays that ended longer ago: 30m, 12h, 90d')
    .option('--plays <number>', 'keep only so many, the latest', wholeNumber(1, 1_000_000_000))
    .option('--keep-all', 'keep all its plays, whatever the rule for all says')
    .option('--clear', 'back to the rule for all')
    .addHelpText('after', examples('hero-logic retention set invoice --age 90d --plays 100000'))
    .action(async (flow: string, options: Omit<RetentionSetArgs, 'flow'>) => {
      const { retentionSet } = await import('../commands/retention.ts');
      shell.end(await retentionSet(await shell.connect(), { ...options, flow }));
    });

  const storage = program
    .command('storage')
    .description('see how much room plays take, and give free room back')
    .addHelpText('after', examples('hero-logic storage usage'));

  storage
    .command('usage')
    .description('plays and bytes by flow')
    .addHelpText('after', examples('hero-logic storage usage -o json'))
    .action(async () => {
      const { storageUsage } = await import('../commands/retention.ts');
      shell.end(await storageUsage(await shell.connect()));
    });

  storage
    .command('compact')
    .description('give room that removed plays have left back to the disk')
    .addHelpText('after', examples('hero-logic storage compact'))
    .action(async () => {
      const { storageCompact } = await import('../commands/retention.ts');
      shell.end(await storageCompact(await shell.connect()));
    });

  addBackup(program, shell);
}

function addBackup(program: Command, shell: Shell): void {
  program
    .command('backup')
    .description('copy the embedded store into a folder, also while a server runs')
    .argument('<folder>', 'where to; it must not exist yet')
    .addHelpText(
      'after',
      `
It copies what lies under PATH_ROOT, on this machine, and checks the copy. The folder holds everything that flows were given: keep it as safe as the data.
${examples('hero-logic backup /backups/hero-2026-11-29')}`,
    )
    .action(async (folder: string) => {
      const { backupCommand } = await import('../commands/backup.ts');
      shell.end(await backupCommand({ io: shell.io, env: shell.env, json: shell.json(), folder }));
    });

  program
    .command('restore')
    .description('put a backup into an empty data folder')
    .argument('<folder>', 'the backup')
    .addHelpText(
      'after',
      `
The data folder (under PATH_ROOT) must hold no data, and no server may run on it.
${examples('PATH_ROOT=/srv/hero hero-logic restore /backups/hero-2026-11-29')}`,
    )
    .action(async (folder: string) => {
      const { restoreCommand } = await import('../commands/backup.ts');
      shell.end(await restoreCommand({ io: shell.io, env: shell.env, json: shell.json(), folder }));
    });
}
