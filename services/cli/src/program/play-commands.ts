// Definitions of play start, watch, answer, list, show and export; the others: operate-commands.ts and time-travel-commands.ts.

import { type Command, Option } from 'commander';
import type { PlayAnswerArgs } from '../commands/play-answer.ts';
import type { PlayExportArgs } from '../commands/play-export.ts';
import type { PlayImportArgs } from '../commands/play-import.ts';
import type { PlayListArgs } from '../commands/play-list.ts';
import type { PlayShowArgs } from '../commands/play-show.ts';
import type { PlayStartArgs } from '../commands/play-start.ts';
import { whichPlay } from '../core/which-play.ts';
import { addBulkCommands } from './bulk-commands.ts';
import { addOperateCommands } from './operate-commands.ts';
import { addQuestionCommands } from './question-commands.ts';
import { collect, examples, type Shell, weight, wholeNumber } from './shared.ts';
import { addTimeTravelCommands } from './time-travel-commands.ts';

export function addPlayCommands(program: Command, shell: Shell): void {
  const play = program
    .command('play')
    .description('start, watch, answer, cancel and fork plays')
    .addHelpText('after', examples('hero-logic play start invoice --input amount=12 --watch', 'hero-logic play list'));
  addStart(play, shell);
  addWatch(play, shell);
  addAnswer(play, shell);
  addQuestionCommands(play, shell);
  addOperateCommands(play, shell);
  addBulkCommands(play, shell);
  addTimeTravelCommands(play, shell);
  addReading(play, shell);
  addExport(play, shell);
  addImport(play, shell);
}

function addStart(play: Command, shell: Shell): void {
  play
    .command('start')
    .description('start a play of a flow and print its sid')
    .argument('<flow>', 'name or sid')
    .option('-i, --input <name=value>', 'an input: name=text, name=@FILE or name=@- (stdin); may be repeated', collect)
    .option('--json <text>', 'all inputs as a JSON object, or @FILE, or @-; --input adds to it')
    .option('--example <name>', 'take inputs and answers from this example of the flow')
    .option('--prefill <json>', 'answers by the name of the question, as a JSON object, or @FILE, or @-')
    .option('--name <text>', 'name of the play, for people')
    .option('--idempotency-key <key>', 'the same key again gives the same play')
    .option('--priority <number>', 'higher runs sooner, -100 to 100 (default: 0)', wholeNumber(-100, 100))
    .option('--concurrency-key <key>', 'plays of the flow with the same key run one at a time')
    .option('--concurrency-limit <number>', 'so many at a time instead of one', wholeNumber(1, 10_000))
    .addOption(
      new Option('--on-conflict <what>', 'what happens when the key is taken (default: queue)').choices([
        'queue',
        'cancel_oldest',
        'reject_newest',
      ]),
    )
    .option(
      '--flow-version <number>',
      'run this version instead of the current one (number or sid), or the one that fits (auto)',
    )
    .option('--request <text>', 'with auto: what is to be done; rates the difficulty')
    .option('--cost <weight>', 'with auto: weight of low cost', weight())
    .option('--speed <weight>', 'with auto: weight of short duration', weight())
    .option('--accuracy <weight>', 'with auto: weight of success and accuracy', weight())
    .option('--start-at <time>', 'start it then: +10m, +2h, +3d, or 2026-12-24T18:00:00Z')
    .option('--wait', 'wait until it has ended or asks, and print its output')
    .addOption(new Option('--watch', 'watch it as "play watch" does').conflicts('wait'))
    .addHelpText(
      'after',
      `
An input of type string takes the text as it is; the other types are read as JSON. @@ stands for an @ at the beginning.
${examples(
  'hero-logic play start invoice --input customer=ACME --input amount=12.50 --watch',
  'hero-logic play start summarise --input text=@report.txt --wait > summary.json',
  'curl -s https://example.com/data | hero-logic play start load --json @- --wait',
  `hero-logic play start review --prefill '{"approve": true}' --wait`,
  'hero-logic play start summarise --input text=@report.txt --flow-version auto --accuracy 3 --cost 1',
)}`,
    )
    .action(async (flow: string, options: Omit<PlayStartArgs, 'flow' | 'input'> & { input?: string[] }) => {
      const { playStart } = await import('../commands/play-start.ts');
      shell.end(await playStart(await shell.connect(), { ...options, input: options.input ?? [], flow }));
    });
}

function addWatch(play: Command, shell: Shell): void {
  play
    .command('watch')
    .description('watch a play to its end, and answer its questions')
    .argument('<sid>', 'sid of the play, or "last" for the one started last')
    .addHelpText(
      'after',
      `
On a terminal the tree is drawn as it grows and questions are asked in place; elsewhere every change is a line, and a play that
asks ends the watch with exit code 3. Ctrl-C leaves the play running.
${examples('hero-logic play watch last', 'hero-logic play watch 01kcs9h5w0x7v5t2m4q8n3z6ya -o json')}`,
    )
    .action(async (playSid: string) => {
      const { playWatch } = await import('../commands/play-watch.ts');
      const context = await shell.connect();
      shell.end(await playWatch(context, { playSid: await whichPlay(context, playSid) }));
    });
}

function addAnswer(play: Command, shell: Shell): void {
  play
    .command('answer')
    .description('answer an open question of a play')
    .argument('<sid>', 'sid of the play, or "last" for the one started last')
    .argument('[words...]', '[QUESTION] VALUE: id or name of the question, and the answer')
    .usage('[options] <sid> [question] [value]')
    .option(
      '--flow-version <number>',
      'the play goes on with this version (number or sid), from the start, with its answers',
    )
    .option('--by <name>', 'who answers, where no key says it (default: cli)')
    .addHelpText(
      'after',
      `
The question may be left out when only one is open. A question for text takes the value as it is; a choice takes one of its values;
others take JSON; @FILE and @- read it. Without a value you are asked on the terminal.
${examples(
  'hero-logic play answer 01kcs9h5w0x7v5t2m4q8n3z6ya yes',
  'hero-logic play answer 01kcs9h5w0x7v5t2m4q8n3z6ya which_colour green',
  'hero-logic play answer 01kcs9h5w0x7v5t2m4q8n3z6ya review @review.json',
)}`,
    )
    .action(
      async (
        playSid: string,
        words: string[],
        options: Pick<PlayAnswerArgs, 'by' | 'flowVersion'>,
        command: Command,
      ) => {
        if (words.length > 2) command.error('error: too many arguments; quote a value that has spaces');
        const { playAnswer } = await import('../commands/play-answer.ts');
        const context = await shell.connect();
        shell.end(await playAnswer(context, { ...options, playSid: await whichPlay(context, playSid), words }));
      },
    );
}

function addReading(play: Command, shell: Shell): void {
  play
    .command('list')
    .description('list the latest plays')
    .argument(
      '[filter...]',
      'only plays that it finds: status:failed workflow:invoice label.customer=acme created>2026-11-01',
    )
    .option('--flow <name>', 'only plays of this flow (name or sid)')
    .option('--status <status>', 'only with this status; may be repeated', collect)
    .option('--parent <sid>', 'only plays that this play has spawned (sid, or "last")')
    .option('--limit <number>', 'at most this many', wholeNumber(1, 100_000), 20)
    .addHelpText(
      'after',
      examples(
        'hero-logic play list --status awaiting_resume',
        'hero-logic play list --flow invoice --limit 100 -o json',
        'hero-logic play list --parent last --status failed',
        `hero-logic play list 'status:failed,timed_out since:2h -"no such customer"'`,
      ),
    )
    .action(async (filter: string[], options: Omit<PlayListArgs, 'filter'>) => {
      const { playList } = await import('../commands/play-list.ts');
      shell.end(await playList(await shell.connect(), { ...options, filter }));
    });

  play
    .command('show')
    .description('show how a play stands')
    .argument('<sid>', 'sid of the play, or "last" for the one started last')
    .option('--spans', 'with its tree')
    .addHelpText('after', examples('hero-logic play show 01kcs9h5w0x7v5t2m4q8n3z6ya --spans'))
    .action(async (playSid: string, options: Omit<PlayShowArgs, 'playSid'>) => {
      const { playShow } = await import('../commands/play-show.ts');
      const context = await shell.connect();
      shell.end(await playShow(context, { ...options, playSid: await whichPlay(context, playSid) }));
    });
}

function addImport(play: Command, shell: Shell): void {
  play
    .command('import')
    .description('take in a play that ended elsewhere, from the file or page that export wrote')
    .argument('<file>', 'the file')
    .option('--flow <name>', 'the flow that it belongs to here; else the one of its name, which is made if need be')
    .addHelpText(
      'after',
      examples('hero-logic play import invoice.html', 'hero-logic play import old.json --flow invoice'),
    )
    .action(async (file: string, options: Omit<PlayImportArgs, 'file'>) => {
      const { playImport } = await import('../commands/play-import.ts');
      shell.end(await playImport(await shell.connect(), { ...options, file }));
    });
}

function addExport(play: Command, shell: Shell): void {
  play
    .command('export')
    .description('write a play to a file, for replays in tests or as a page')
    .argument('<sid>', 'sid of the play, or "last" for the one started last')
    .option('--out <file>', 'where to; else, and with -, stdout')
    .option(
      '--html <file>',
      'a page for people instead, which opens offline and holds the same play; secrets are taken out',
    )
    .option('--redact <name>', 'with --html: take out the values of this name, too; may be repeated', collect)
    .addHelpText(
      'after',
      `
The play must have ended or wait. The file holds its source, inputs, answers and outputs: look through it before you share it.
${examples(
  'hero-logic play export last --out tests/plays/invoice.json',
  'hero-logic play export last --html invoice.html --redact iban',
)}`,
    )
    .action(async (playSid: string, options: Omit<PlayExportArgs, 'playSid'>) => {
      const { playExport } = await import('../commands/play-export.ts');
      const context = await shell.connect();
      shell.end(await playExport(context, { ...options, playSid: await whichPlay(context, playSid) }));
    });
}
