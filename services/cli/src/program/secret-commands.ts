// Definitions of secret set, list and delete.

import type { Command } from 'commander';
import type { SecretSetArgs } from '../commands/secret.ts';
import { examples, type Shell } from './shared.ts';

export function addSecretCommands(program: Command, shell: Shell): void {
  const secret = program
    .command('secret')
    .description('keep the secrets that flows ask for by name')
    .addHelpText('after', examples("hero-logic secret set stripe --workflows 'bill_*' < key.txt"));

  secret
    .command('set')
    .description('keep a secret, or change one; its value is read from stdin and never shown again')
    .argument('<name>', 'by it flows ask: flow.secret("NAME")')
    .option('--workflows <name...>', 'the workflows that may ask; * stands for any characters (a new secret needs one)')
    .option('--no-value', 'leave the value as it is, and stdin unread')
    .addHelpText(
      'after',
      examples(
        "hero-logic secret set stripe --workflows 'bill_*' crm < key.txt",
        'hero-logic secret set stripe < new.txt',
      ),
    )
    .action(async (name: string, options: Omit<SecretSetArgs, 'name'>) => {
      const { secretSet } = await import('../commands/secret.ts');
      shell.end(await secretSet(await shell.connect(), { ...options, name }));
    });

  secret
    .command('list')
    .description('list the secrets that are kept, without their values')
    .addHelpText('after', examples('hero-logic secret list'))
    .action(async () => {
      const { secretList } = await import('../commands/secret.ts');
      shell.end(await secretList(await shell.connect()));
    });

  secret
    .command('delete')
    .description('forget a secret')
    .argument('<name>', 'which one')
    .addHelpText('after', examples('hero-logic secret delete stripe'))
    .action(async (name: string) => {
      const { secretDelete } = await import('../commands/secret.ts');
      shell.end(await secretDelete(await shell.connect(), name));
    });
}
