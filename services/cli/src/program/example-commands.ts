// Definitions of example save and import.

import type { Command } from 'commander';
import type { ExampleImportArgs } from '../commands/example-import.ts';
import type { ExampleSaveArgs } from '../commands/example-save.ts';
import { collect, examples, type Shell } from './shared.ts';

export function addExampleCommands(program: Command, shell: Shell): void {
  const example = program
    .command('example')
    .description('keep inputs of a flow, with answers and the output that is expected')
    .addHelpText('after', examples('hero-logic example save 01kcs9h5w0x7v5t2m4q8n3z6ya small'));

  example
    .command('save')
    .description('save the input, the answers and the output of a play that has ended')
    .argument('<play>', 'sid')
    .argument('<name>', 'of the example; one of that name is replaced')
    .option('--description <text>', 'for people')
    .option('--tag <tag>', 'label; may be repeated', collect)
    .option('--pin-version', 'only for the version that the play ran')
    .option('--no-output', 'do not expect the output of this play')
    .addHelpText(
      'after',
      examples(
        'hero-logic example save 01kcs9h5w0x7v5t2m4q8n3z6ya small',
        'hero-logic example save 01kcs9h5w0x7v5t2m4q8n3z6ya small --pin-version --tag smoke',
      ),
    )
    .action(async (playSid: string, name: string, options: Omit<ExampleSaveArgs, 'playSid' | 'name'>) => {
      const { exampleSave } = await import('../commands/example-save.ts');
      shell.end(await exampleSave(await shell.connect(), { ...options, playSid, name }));
    });

  example
    .command('import')
    .description('save the input, the answers and the output of an exported play')
    .argument('<file>', 'what "play export" wrote, also a page')
    .argument('<flow>', 'name or sid of the flow that gets it')
    .argument('<name>', 'of the example; one of that name is replaced')
    .option('--description <text>', 'for people')
    .option('--tag <tag>', 'label; may be repeated', collect)
    .option('--no-output', 'do not expect the output of this play')
    .addHelpText('after', examples('hero-logic example import refund.html refund small --tag smoke'))
    .action(
      async (file: string, flow: string, name: string, options: Omit<ExampleImportArgs, 'file' | 'flow' | 'name'>) => {
        const { exampleImport } = await import('../commands/example-import.ts');
        shell.end(await exampleImport(await shell.connect(), { ...options, file, flow, name }));
      },
    );
}
