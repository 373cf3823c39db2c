// The verdict: every acknowledged play is there and has ended well, its output is made of what its steps recorded, each once, and every
// acknowledged answer is the one that it went on with.

import type { FlowName, PlayView, Remembered } from './load.ts';

export interface RecordedStep {
  readonly name: string;
  readonly output: string;
}

const STEPS: Record<FlowName, number> = { steps: 12, asks: 1, naps: 2 };

/** What is wrong with one play; nothing when all is well. */
export function problemsOf(remembered: Remembered, play: PlayView, steps: readonly RecordedStep[]): string[] {
  const { flow, answers } = remembered;
  const problems: string[] = [];
  const say = (text: string) => problems.push(`${flow} ${play.sid}: ${text}`);
  if (play.status !== 'success') {
    say(`is ${play.status} after ${play.attempt} runs${play.error === undefined ? '' : ` (${play.error.message})`}`);
    return problems;
  }
  const output = JSON.parse(play.output_data ?? 'null') as string[];
  const recorded = steps
    .filter(({ name }) => name === 'part' || name === 'before')
    .map((step) => JSON.parse(step.output));
  if (recorded.length !== STEPS[flow]) say(`has ${recorded.length} recorded steps, not ${STEPS[flow]}`);
  if (new Set(recorded).size !== recorded.length) say('has recorded a step twice');
  const made = output.filter((text) => !/^(what|then) of /.test(text));
  if (JSON.stringify(made) !== JSON.stringify(recorded)) say('has an output that is not what its steps recorded');
  for (const [name, payload] of answers) {
    const received = play.received_resumes.filter((resume) => resume.name === name);
    if (received.length !== 1 || received[0]?.payload !== payload) say(`has lost or changed the answer to "${name}"`);
    if (!output.includes(JSON.parse(payload))) say(`went on without the answer to "${name}"`);
  }
  return problems;
}

/** The checker must find what is wrong when something is: an output changed, a step missing, an answer changed, a play that did not end. */
export function checkerWorks(remembered: Remembered, play: PlayView, steps: readonly RecordedStep[]): boolean {
  const planted: [PlayView, readonly RecordedStep[]][] = [
    [{ ...play, output_data: '["another"]' }, steps],
    [play, []],
    [play, [...steps, ...steps]],
    [{ ...play, received_resumes: [] }, steps],
    [{ ...play, status: 'running' }, steps],
  ];
  return planted.every(([view, recorded]) => problemsOf(remembered, view, recorded).length > 0);
}
