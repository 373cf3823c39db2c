// Definitions of flow add, list, search, show, export and import.

import type { Command } from 'commander';
import type { FlowAddArgs } from '../commands/flow-add.ts';
import type { FlowImportArgs } from '../commands/flow-import.ts';
import type { FlowListArgs } from '../commands/flow-list.ts';
import type { FlowSearchArgs } from '../commands/flow-search.ts';
import type { FlowShowArgs } from '../commands/flow-show.ts';
import { addFlowPick } from './bench-commands.ts';
import { collect, examples, type Shell, wholeNumber } from './shared.ts';

export function addFlowCommands(program: Command, shell: Shell): void {
  const flow = program
    .command('flow')
    .description('add and read flows')
    .addHelpText('after', examples('hero-logic flow add invoice.py', 'hero-logic flow list'));

  flow
    .command('add')
    .description('add a flow, or a version of the flow of that name')
    .argument('<file>', 'Python source; - reads stdin')
    .option('--name <name>', 'name of the flow (default: of the file)')
    .option('--description <text>', 'what the flow does, for people')
    .option('--tag <tag>', 'label; may be repeated', collect)
    .option('--notes <text>', 'what is new in this version, for people')
    .option('--limit <name=value>', 'bound of its plays, such as memory_mb=512; may be repeated', collect)
    .option('--set-current', 'make this version the one that plays run (default)')
    .option('--no-set-current', 'add the version without making it current')
    .addHelpText(
      'after',
      examples(
        'hero-logic flow add invoice.py',
        'hero-logic flow add invoice.py --name billing --tag finance --notes "rounds up"',
        'hero-logic flow add fetch.py --limit network=any --limit wall_ms=30000',
        'cat invoice.py | hero-logic flow add - --name invoice --no-set-current',
      ),
    )
    .action(async (file: string, options: Omit<FlowAddArgs, 'file'>) => {
      const { flowAdd } = await import('../commands/flow-add.ts');
      shell.end(await flowAdd(await shell.connect(), { ...options, setCurrent: options.setCurrent ?? true, file }));
    });

  flow
    .command('list')
    .description('list the flows by name')
    .option('--query <words>', 'only flows whose name or description has these words')
    .option('--tag <tag>', 'only flows with this label; may be repeated', collect)
    .addHelpText('after', examples('hero-logic flow list', 'hero-logic flow list --tag finance -o json'))
    .action(async (options: FlowListArgs) => {
      const { flowList } = await import('../commands/flow-list.ts');
      shell.end(await flowList(await shell.connect(), options));
    });

  flow
    .command('search')
    .description('find flows by what they do: names, tags, descriptions, inputs, docstrings and steps')
    .argument('<words...>', 'what to look for, in any form; misspelt words are understood')
    .option('--limit <number>', 'at most this many (default: 10)', wholeNumber(1, 1000))
    .addHelpText('after', examples('hero-logic flow search unpaid invoices'))
    .action(async (words: string[], options: Omit<FlowSearchArgs, 'words'>) => {
      const { flowSearch } = await import('../commands/flow-search.ts');
      shell.end(await flowSearch(await shell.connect(), { ...options, words }));
    });

  flow
    .command('show')
    .description('show what a flow takes and gives, and its versions')
    .argument('<flow>', 'name or sid')
    .option('--source', 'print the Python source')
    .option('--flow-version <number>', 'this version instead of the current one (number or sid)')
    .addHelpText(
      'after',
      examples('hero-logic flow show invoice', 'hero-logic flow show invoice --source --flow-version 2 > invoice.py'),
    )
    .action(async (name: string, options: Omit<FlowShowArgs, 'flow'>) => {
      const { flowShow } = await import('../commands/flow-show.ts');
      shell.end(await flowShow(await shell.connect(), { ...options, flow: name }));
    });

  addFolderCommands(flow, shell);
  addFlowPick(flow, shell);
}

function addFolderCommands(flow: Command, shell: Shell): void {
  flow
    .command('export')
    .description('write flows with their versions and examples into a folder, for version control')
    .argument('<folder>', 'gets a folder for each flow')
    .argument('[flows...]', 'names or sids (default: every flow)')
    .addHelpText('after', examples('hero-logic flow export flows', 'hero-logic flow export flows invoice greet'))
    .action(async (folder: string, names: string[]) => {
      const { flowExport } = await import('../commands/flow-export.ts');
      shell.end(await flowExport(await shell.connect(), { folder, names }));
    });

  flow
    .command('import')
    .description('make the flows of the library like those of a folder that flow export wrote')
    .argument('<folder>', 'of one flow, or with a folder for each flow')
    .argument('[flows...]', 'names (default: every flow of the folder)')
    .option('--dry-run', 'say what would change, and change nothing')
    .addHelpText('after', examples('hero-logic flow import flows --dry-run', 'hero-logic flow import flows invoice'))
    .action(async (folder: string, names: string[], options: Pick<FlowImportArgs, 'dryRun'>) => {
      const { flowImport } = await import('../commands/flow-import.ts');
      shell.end(await flowImport(await shell.connect(), { ...options, folder, names }));
    });
}
