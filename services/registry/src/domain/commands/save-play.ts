// Saves what a play that has ended was given as an example: its input, its answers in the order in which they were asked for, and its output.

import { HeroError, jsonMembers, jsonType } from '@hero-logic/platform';
import { type Example, jsonValues } from '../example.ts';
import type { EndedPlay, EndedPlays } from '../ports.ts';
import { type ExampleDeps, upsertExample } from './examples.ts';

export interface SavePlay {
  readonly playSid: string;
  readonly name: string;
  readonly description: string;
  readonly pinVersion: boolean;
  readonly skipOutput: boolean;
  readonly tags: readonly string[];
}

/** PLAY_NOT_ENDED; TOO_LARGE when the play has more answers than the scheduler keeps at hand. */
export async function savePlayAsExample(deps: ExampleDeps & { plays: EndedPlays }, save: SavePlay): Promise<Example> {
  const play = await deps.plays.get(save.playSid);
  if (!play.hasEnded) {
    throw new HeroError('PLAY_NOT_ENDED', `play ${save.playSid} has not ended; save it once it has`, {
      metadata: { play_sid: save.playSid },
    });
  }
  if (play.answersOmitted > 0) {
    const all = play.answers.length + play.answersOmitted;
    throw new HeroError('TOO_LARGE', `play ${save.playSid} has ${all} answers, more than an example holds`, {
      metadata: { play_sid: save.playSid },
    });
  }
  return upsertExample(deps, play.workflowSid, {
    name: save.name,
    description: save.description,
    workflowVersionSid: save.pinVersion ? play.versionSid : '',
    inputValues: jsonValues(Object.fromEntries(jsonMembers(play.input === '' ? '{}' : play.input))),
    resumes: jsonValues(prefillOf(play)),
    expectedOutput: save.skipOutput ? '' : play.output,
    tags: save.tags,
  });
}

/** A question asked several times gets the list of its answers; one answer that is a list is wrapped in one (prefill takes lists apart). */
function prefillOf({ answers }: EndedPlay): Record<string, string> {
  const byName = Map.groupBy(answers, (answer) => answer.name);
  return Object.fromEntries(
    [...byName].map(([name, all]) => {
      const payloads = all.map((answer) => answer.payload);
      const only = payloads.length === 1 ? payloads[0] : undefined;
      return [name, only !== undefined && jsonType(only) !== 'array' ? only : `[${payloads.join(',')}]`];
    }),
  );
}
