// Definitions of play fork and check.

import { type Command, Option } from 'commander';
import type { PlayCheckArgs } from '../commands/play-check.ts';
import type { PlayForkArgs } from '../commands/play-fork.ts';
import { whichPlay } from '../core/which-play.ts';
import { collect, examples, type Shell } from './shared.ts';

type ForkOptions = Omit<PlayForkArgs, 'playSid' | 'input' | 'drop' | 'setOutput'> &
  Partial<Pick<PlayForkArgs, 'input' | 'drop' | 'setOutput'>>;

export function addTimeTravelCommands(play: Command, shell: Shell): void {
  play
    .command('fork')
    .description('start a new play from a point of another one, and print its sid')
    .argument('<sid>', 'sid of the play, or "last" for the one started last')
    .option('--from <span>', 'keep what had completed before this span began (its id, or its name if one has it)')
    .option('-i, --input <name=value>', 'change one input, as in play start; may be repeated', collect)
    .option('--json <text>', 'replace all inputs by this JSON object, or @FILE, or @-')
    .option('--drop <question>', 'forget this answer (id or name of the question); may be repeated', collect)
    .option('--set-output <span=json>', 'replace the recorded output of a step that is kept; may be repeated', collect)
    .option('--flow-version <number>', 'run this version (number or sid); no recorded step of another one is reused')
    .option('--name <text>', "name of the play, for people; else the original's")
    .option('--wait', 'wait until it has ended or asks, and print its output')
    .addOption(new Option('--watch', 'watch it as "play watch" does').conflicts('wait'))
    .addHelpText(
      'after',
      `
Without --from everything runs again. The original never changes. "play show SID --spans -o json" lists the spans with their ids.
${examples(
  'hero-logic play fork last --from send_invoice --watch',
  'hero-logic play fork 01kcs9h5w0x7v5t2m4q8n3z6ya --from which_colour --wait',
  'hero-logic play fork last --from send_invoice --input customer=ACME',
  `hero-logic play fork last --from report --set-output 'load={"rows": 12}'`,
)}`,
    )
    .action(async (playSid: string, options: ForkOptions) => {
      const { playFork } = await import('../commands/play-fork.ts');
      const context = await shell.connect();
      const { input = [], drop = [], setOutput = [] } = options;
      shell.end(
        await playFork(context, { ...options, input, drop, setOutput, playSid: await whichPlay(context, playSid) }),
      );
    });

  play
    .command('check')
    .description('say whether a version still meets what a play has recorded; runs no step')
    .argument('<sid>', 'sid of the play, or "last" for the one started last')
    .option('--flow-version <number>', 'check this version (number or sid) instead of the one that the play runs on')
    .addHelpText(
      'after',
      `
Ends with exit code 0 when every recorded step is met again, in order; else with 1, and says at which step and line they part.
${examples('hero-logic play check last', 'hero-logic play check 01kcs9h5w0x7v5t2m4q8n3z6ya --flow-version 4 -o json')}`,
    )
    .action(async (playSid: string, options: Omit<PlayCheckArgs, 'playSid'>) => {
      const { playCheck } = await import('../commands/play-check.ts');
      const context = await shell.connect();
      shell.end(await playCheck(context, { ...options, playSid: await whichPlay(context, playSid) }));
    });
}
