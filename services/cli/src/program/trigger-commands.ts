// Definitions of trigger add, list, show, pause, resume, fire, backfill and remove.

import { type Command, Option } from 'commander';
import type { TriggerAddArgs, TriggerBackfillArgs } from '../commands/trigger-add.ts';
import { collect, examples, type Shell, wholeNumber } from './shared.ts';

const SID = '01kcs9h5w0x7v5t2m4q8n3z6ya';
const POLICIES = ['skip', 'buffer_one', 'buffer_all', 'cancel_other', 'allow_all'];

export function addTriggerCommands(program: Command, shell: Shell): void {
  const trigger = program
    .command('trigger')
    .description('let plays start by themselves')
    .addHelpText(
      'after',
      examples('hero-logic trigger add report --cron "0 9 * * 1-5" --zone Europe/Berlin', 'hero-logic trigger list'),
    );
  addAdd(trigger, shell);
  addReading(trigger, shell);
  addChanging(trigger, shell);
  addBackfill(trigger, shell);
}

function addAdd(trigger: Command, shell: Shell): void {
  trigger
    .command('add')
    .description('add a trigger to a flow and print its sid')
    .argument('<flow>', 'name or sid')
    .option('--cron <expression>', 'times of a calendar: minute hour day month weekday')
    .option('--zone <name>', 'with --cron: IANA time zone (default: UTC)')
    .option('--at <time>', 'once: +10m, +2h, +3d, or 2026-12-24T18:00:00Z')
    .option('--due-at-input <name>', 'this input gets the due time, as text')
    .option('-i, --input <name=value>', 'an input, as for "play start"; may be repeated', collect)
    .option('--json <text>', 'all inputs as a JSON object, or @FILE, or @-')
    .option('--name <text>', 'name of the trigger and its plays, for people')
    .addOption(new Option('--overlap <policy>', 'when the play before has not ended (default: skip)').choices(POLICIES))
    .option('--catch-up <time>', 'how late a due time still fires: 10m, 2h, 3d (default: 10m; with --at for ever)')
    .option('--jitter <time>', 'put each due time off by a part of this: 30s, 5m')
    .option('--pause-after <number>', 'pause it after so many failures in a row', wholeNumber(1, 1000))
    .option('--flow-version <number>', 'always run this version (number or sid)')
    .option('--paused', 'add it without letting it fire')
    .addHelpText(
      'after',
      examples(
        'hero-logic trigger add report --cron "0 9 * * 1-5" --zone Europe/Berlin --input team=sales',
        'hero-logic trigger add load --cron "*/15 * * * *" --overlap buffer_one --catch-up 2h --pause-after 3',
        'hero-logic trigger add reminder --at +3d',
      ),
    )
    .action(async (flow: string, options: Omit<TriggerAddArgs, 'flow' | 'input'> & { input?: string[] }) => {
      const { triggerAdd } = await import('../commands/trigger-add.ts');
      shell.end(await triggerAdd(await shell.connect(), { ...options, input: options.input ?? [], flow }));
    });
}

function addReading(trigger: Command, shell: Shell): void {
  trigger
    .command('list')
    .description('list the triggers, newest first')
    .option('--flow <name>', 'only triggers of this flow (name or sid)')
    .addHelpText('after', examples('hero-logic trigger list', 'hero-logic trigger list --flow report -o json'))
    .action(async (options: { flow?: string }) => {
      const { triggerList } = await import('../commands/trigger-show.ts');
      shell.end(await triggerList(await shell.connect(), options));
    });

  trigger
    .command('show')
    .description('show a trigger, its next times, and what it did last')
    .argument('<sid>', 'sid of the trigger')
    .addHelpText('after', examples(`hero-logic trigger show ${SID}`))
    .action(async (sid: string) => {
      const { triggerShow } = await import('../commands/trigger-show.ts');
      shell.end(await triggerShow(await shell.connect(), sid));
    });
}

function addChanging(trigger: Command, shell: Shell): void {
  trigger
    .command('pause')
    .description('let a trigger start nothing until it is resumed')
    .argument('<sid>', 'sid of the trigger')
    .option('--reason <text>', 'why, for people')
    .addHelpText('after', examples(`hero-logic trigger pause ${SID} --reason "the bank is down"`))
    .action(async (triggerSid: string, options: { reason?: string }) => {
      const { triggerPause } = await import('../commands/trigger-show.ts');
      shell.end(await triggerPause(await shell.connect(), { ...options, triggerSid }));
    });

  const simple = {
    resume: 'let a paused trigger fire again, from its next time on',
    fire: 'start a play now, and print its sid',
    remove: 'delete a trigger; its plays go on',
  } as const;
  for (const [name, description] of Object.entries(simple)) {
    trigger
      .command(name)
      .description(description)
      .argument('<sid>', 'sid of the trigger')
      .addHelpText('after', examples(`hero-logic trigger ${name} ${SID}`))
      .action(async (sid: string) => {
        const { triggerFire, triggerRemove, triggerResume } = await import('../commands/trigger-show.ts');
        const run = { resume: triggerResume, fire: triggerFire, remove: triggerRemove }[name as keyof typeof simple];
        shell.end(await run(await shell.connect(), sid));
      });
  }
}

function addBackfill(trigger: Command, shell: Shell): void {
  trigger
    .command('backfill')
    .description('start a play for each due time of a past range that has none')
    .argument('<sid>', 'sid of the trigger')
    .requiredOption('--from <time>', 'first moment, such as 2026-03-01T00:00:00Z')
    .requiredOption('--to <time>', 'last moment')
    .addOption(new Option('--overlap <policy>', 'default: buffer_all, one after the other').choices(POLICIES))
    .addHelpText(
      'after',
      examples(`hero-logic trigger backfill ${SID} --from 2026-03-01T00:00:00Z --to 2026-03-07T23:59:59Z`),
    )
    .action(async (triggerSid: string, options: Omit<TriggerBackfillArgs, 'triggerSid'>) => {
      const { triggerBackfill } = await import('../commands/trigger-add.ts');
      shell.end(await triggerBackfill(await shell.connect(), { ...options, triggerSid }));
    });
}
