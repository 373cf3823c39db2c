// Definitions of play claim, release and resume-url.

import type { Command } from 'commander';
import type { PlayClaimArgs, PlayResumeUrlArgs } from '../commands/play-question.ts';
import { whichPlay } from '../core/which-play.ts';
import { examples, type Shell } from './shared.ts';

const SID = 'sid of the play, or "last" for the one started last';
const QUESTION = 'id or name of the question (default: the only one that is open)';
const BY = 'who, where no key says it';

export function addQuestionCommands(play: Command, shell: Shell): void {
  play
    .command('claim')
    .description('say that you are answering a question, so that nobody else does')
    .argument('<sid>', SID)
    .argument('[question]', QUESTION)
    .option('--for <time>', 'how long it holds: 30s, 10m, 2h (default: 10m)')
    .option('--by <name>', BY)
    .addHelpText('after', examples('hero-logic play claim last approve --for 1h --by ana'))
    .action(async (sid: string, question: string | undefined, options: Pick<PlayClaimArgs, 'by' | 'for'>) => {
      const { playClaim } = await import('../commands/play-question.ts');
      const context = await shell.connect();
      shell.end(await playClaim(context, { ...options, ...(await meant(context, sid, question)) }));
    });

  play
    .command('release')
    .description('give a claimed question back')
    .argument('<sid>', SID)
    .argument('[question]', QUESTION)
    .option('--by <name>', BY)
    .addHelpText('after', examples('hero-logic play release last approve --by ana'))
    .action(async (sid: string, question: string | undefined, options: Pick<PlayClaimArgs, 'by'>) => {
      const { playRelease } = await import('../commands/play-question.ts');
      const context = await shell.connect();
      shell.end(await playRelease(context, { ...options, ...(await meant(context, sid, question)) }));
    });

  play
    .command('resume-url')
    .description('print a link that answers one question, for somebody without a key')
    .argument('<sid>', SID)
    .argument('[question]', QUESTION)
    .option('--expires <time>', 'how long it holds: 10m, 2h, 3d (default: 7d)')
    .addHelpText(
      'after',
      examples('hero-logic play resume-url last', 'hero-logic play resume-url last approve --expires 2d'),
    )
    .action(async (sid: string, question: string | undefined, options: Pick<PlayResumeUrlArgs, 'expires'>) => {
      const { playResumeUrl } = await import('../commands/play-question.ts');
      const context = await shell.connect();
      shell.end(await playResumeUrl(context, { ...options, ...(await meant(context, sid, question)) }));
    });
}

async function meant(context: Parameters<typeof whichPlay>[0], sid: string, question: string | undefined) {
  return { playSid: await whichPlay(context, sid), ...(question === undefined ? {} : { question }) };
}
