// Definitions of key create, list, rotate and revoke, audit and whoami.

import { type Command, InvalidArgumentError, Option } from 'commander';
import type { KeyCreateArgs } from '../commands/key.ts';
import { parseSpan } from '../text/parse-span.ts';
import { examples, type Shell, wholeNumber } from './shared.ts';

const KEY = 'name or sid of the key';

export function addAccessCommands(program: Command, shell: Shell): void {
  const key = program
    .command('key')
    .description('make and end the keys by which programs and people call a server')
    .addHelpText(
      'after',
      examples('hero-logic key create ci --role operator --expires 90d', 'hero-logic key rotate ci'),
    );

  key
    .command('create')
    .description('make a key and print its text, which is shown only now')
    .argument('<name>', 'who or what will use it')
    .addOption(
      new Option('--role <role>', 'what it may do; each may do what the ones before it may')
        .choices(['viewer', 'operator', 'author', 'admin'])
        .makeOptionMandatory(),
    )
    .option('--namespaces <name...>', 'where its role holds (default: everywhere)')
    .option('--expires <time>', 'when it ends, from now, such as 12h or 90d (default: never)', readSpan)
    .addHelpText('after', examples('hero-logic key create ci --role operator --expires 90d'))
    .action(async (name: string, options: Omit<KeyCreateArgs, 'name'>) => {
      const { keyCreate } = await import('../commands/key.ts');
      shell.end(await keyCreate(await shell.connect(), { ...options, name }));
    });

  key
    .command('list')
    .description('list the keys, without their texts')
    .addHelpText('after', examples('hero-logic key list'))
    .action(async () => {
      const { keyList } = await import('../commands/key.ts');
      shell.end(await keyList(await shell.connect()));
    });

  key
    .command('rotate')
    .description('give a key a new text and print it; the one before works a while longer')
    .argument('<key>', KEY)
    .option('--grace <time>', 'for how long, at most 30d; 0s ends it now (default: 24h)', readSpan)
    .addHelpText('after', examples('hero-logic key rotate ci --grace 1h'))
    .action(async (which: string, options: { grace?: number }) => {
      const { keyRotate } = await import('../commands/key.ts');
      shell.end(await keyRotate(await shell.connect(), which, options.grace));
    });

  key
    .command('revoke')
    .description('refuse a key for good')
    .argument('<key>', KEY)
    .addHelpText('after', examples('hero-logic key revoke ci'))
    .action(async (which: string) => {
      const { keyRevoke } = await import('../commands/key.ts');
      shell.end(await keyRevoke(await shell.connect(), which));
    });

  program
    .command('audit')
    .description('what was changed and who did it, newest first')
    .option('--by <name>', 'only of this caller')
    .option('--limit <number>', 'at most this many (default: 50)', wholeNumber(1, 1000))
    .addHelpText('after', examples('hero-logic audit --by ci --limit 20'))
    .action(async (options: { by?: string; limit?: number }) => {
      const { audit } = await import('../commands/audit.ts');
      shell.end(await audit(await shell.connect(), options));
    });

  program
    .command('whoami')
    .description('who the server takes the caller for (HERO_LOGIC_KEY)')
    .addHelpText('after', examples('HERO_LOGIC_KEY=hl_... hero-logic whoami'))
    .action(async () => {
      const { whoAmI } = await import('../commands/audit.ts');
      shell.end(await whoAmI(await shell.connect()));
    });
}

function readSpan(text: string): number {
  const ms = parseSpan(text);
  if (ms === undefined) throw new InvalidArgumentError('It must be a time such as 30s, 15m, 12h or 90d.');
  return ms;
}
