// Definitions of example list, show, add, save, import and remove.

import type { Command } from 'commander';
import type { ExampleAddArgs } from '../commands/example-add.ts';
import type { ExampleImportArgs } from '../commands/example-import.ts';
import type { ExampleSaveArgs } from '../commands/example-save.ts';
import { collect, examples, type Shell } from './shared.ts';

export function addExampleCommands(program: Command, shell: Shell): void {
  const example = program
    .command('example')
    .description('keep inputs of a flow, with answers and the output that is expected')
    .addHelpText(
      'after',
      examples('hero-logic example list invoice', 'hero-logic example add invoice small -i amount=12'),
    );

  example
    .command('list')
    .description('list the examples of a flow by name')
    .argument('<flow>', 'name or sid')
    .addHelpText('after', examples('hero-logic example list invoice'))
    .action(async (flow: string) => {
      const { exampleList } = await import('../commands/example-show.ts');
      shell.end(await exampleList(await shell.connect(), { flow }));
    });

  example
    .command('show')
    .description('show the inputs, the answers and the expected output of an example')
    .argument('<flow>', 'name or sid')
    .argument('<example>', 'name or sid')
    .addHelpText('after', examples('hero-logic example show invoice small'))
    .action(async (flow: string, name: string) => {
      const { exampleShow } = await import('../commands/example-show.ts');
      shell.end(await exampleShow(await shell.connect(), { flow, example: name }));
    });

  addExampleAdd(example, shell);

  example
    .command('remove')
    .description('delete an example')
    .argument('<flow>', 'name or sid')
    .argument('<example>', 'name or sid')
    .addHelpText('after', examples('hero-logic example remove invoice small'))
    .action(async (flow: string, name: string) => {
      const { exampleRemove } = await import('../commands/example-show.ts');
      shell.end(await exampleRemove(await shell.connect(), { flow, example: name }));
    });

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

function addExampleAdd(example: Command, shell: Shell): void {
  example
    .command('add')
    .description('save inputs as an example; one of that name is replaced')
    .argument('<flow>', 'name or sid')
    .argument('<name>', 'of the example')
    .option('-i, --input <name=value>', 'one input; may be repeated (as for play start)', collect)
    .option('--json <text>', 'all inputs as one JSON object (also @FILE, @-)')
    .option('--prefill <json>', 'answers by the name of the question (also @FILE, @-)')
    .option('--expect <json>', 'the output that is expected (also @FILE, @-)')
    .option('--description <text>', 'for people')
    .option('--tag <tag>', 'label; may be repeated', collect)
    .option('--flow-version <number>', 'only for this version (number or sid)')
    .addHelpText(
      'after',
      examples(
        'hero-logic example add invoice small -i customer=ACME -i amount=12.50 --expect \'{"total": 12.5}\'',
        'hero-logic example add invoice odd --json @odd.json --prefill \'{"which_colour": "green"}\'',
      ),
    )
    .action(async (flow: string, name: string, options: Omit<ExampleAddArgs, 'flow' | 'name'>) => {
      const { exampleAdd } = await import('../commands/example-add.ts');
      shell.end(await exampleAdd(await shell.connect(), { ...options, flow, name }));
    });
}
