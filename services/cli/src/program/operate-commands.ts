// Definitions of play pause, unpause, cancel and terminate.

import type { Command } from 'commander';
import type { PlayCancelArgs } from '../commands/play-cancel.ts';
import type { PlayPauseArgs } from '../commands/play-hold.ts';
import { whichPlay } from '../core/which-play.ts';
import { examples, type Shell } from './shared.ts';

const SID = 'sid of the play, or "last" for the one started last';

export function addOperateCommands(play: Command, shell: Shell): void {
  play
    .command('pause')
    .description('hold a play: it stops after the present step and goes on when it is unpaused')
    .argument('<sid>', SID)
    .option('--reason <text>', 'why, for people')
    .option('--by <name>', 'who, for people')
    .addHelpText('after', examples('hero-logic play pause last --reason "the bank is down"'))
    .action(async (playSid: string, options: Omit<PlayPauseArgs, 'playSid'>) => {
      const { playPause } = await import('../commands/play-hold.ts');
      const context = await shell.connect();
      shell.end(await playPause(context, { ...options, playSid: await whichPlay(context, playSid) }));
    });

  play
    .command('unpause')
    .description('let a held play go on')
    .argument('<sid>', SID)
    .addHelpText('after', examples('hero-logic play unpause last'))
    .action(async (playSid: string) => {
      const { playUnpause } = await import('../commands/play-hold.ts');
      const context = await shell.connect();
      shell.end(await playUnpause(context, await whichPlay(context, playSid)));
    });

  addStop(play, shell, {
    name: 'cancel',
    description: 'stop a play and what it started',
    example: 'hero-logic play cancel 01kcs9h5w0x7v5t2m4q8n3z6ya --reason "wrong customer"',
  });
  addStop(play, shell, {
    name: 'terminate',
    description: 'as cancel, but kill the process at once',
    example: 'hero-logic play terminate last',
  });
}

interface Stop {
  readonly name: 'cancel' | 'terminate';
  readonly description: string;
  readonly example: string;
}

function addStop(play: Command, shell: Shell, { name, description, example }: Stop): void {
  play
    .command(name)
    .description(description)
    .argument('<sid>', SID)
    .option('--reason <text>', 'why, for people')
    .addHelpText('after', examples(example))
    .action(async (playSid: string, options: Pick<PlayCancelArgs, 'reason'>) => {
      const { playCancel } = await import('../commands/play-cancel.ts');
      const context = await shell.connect();
      const args = { ...options, playSid: await whichPlay(context, playSid), atOnce: name === 'terminate' };
      shell.end(await playCancel(context, args));
    });
}
