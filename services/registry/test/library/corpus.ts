// The labelled set of the search: flows as short texts that become real sources, and queries with the flows that answer them.
//
//   NAME | DESCRIPTION. | TAG, TAG
//     in: NAME TYPE, ...      out: NAME TYPE, ...
//     step NAME: DOCSTRING

import { readFileSync } from 'node:fs';

interface Step {
  readonly name: string;
  readonly doc: string;
}

export interface CorpusFlow {
  readonly name: string;
  readonly description: string;
  readonly tags: readonly string[];
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  readonly steps: readonly Step[];
}

export interface Query {
  readonly words: string;
  /** Names of the flows that answer it. */
  readonly wanted: readonly string[];
}

export interface Quality {
  /** Share of the wanted flows among the first five, mean over the queries. */
  readonly recallAt5: number;
  /** Mean of 1 / place of the first wanted flow; 0 where none is among the first 50. */
  readonly mrr: number;
  readonly missed: readonly string[];
}

export function corpusFlows(): CorpusFlow[] {
  return ['flows-business.txt', 'flows-technical.txt'].flatMap((file) => {
    const blocks = read(file).split(/\n(?=\S)/);
    return blocks.map((block) => {
      const [head = '', ...lines] = block.split('\n').map((line) => line.trim());
      const [name = '', description = '', tags = ''] = head.split(' | ');
      const fields = (kind: string) =>
        lines
          .flatMap((line) => line.split(/\s{2,}/))
          .flatMap((l) => (l.startsWith(kind) ? l.slice(kind.length).split(', ') : []));
      const steps = lines.flatMap((line) => {
        const [, step, doc] = /^step (\w+): (.*)$/.exec(line) ?? [];
        return step === undefined || doc === undefined ? [] : [{ name: step, doc }];
      });
      return { name, description, tags: tags.split(', '), inputs: fields('in: '), outputs: fields('out: '), steps };
    });
  });
}

export function sourceOf(flow: CorpusFlow): string {
  const parameters = flow.inputs.map((input) => input.replace(' ', ': ')).join(', ');
  const outputs = flow.outputs.map((output) => `${JSON.stringify(output.split(' ')[0])}: {}`).join(', ');
  const steps = flow.steps.map(({ name, doc }) => `@flow\ndef ${name}():\n    """${doc}"""\n\n`);
  const main = `@flow(name=${JSON.stringify(flow.name)}, outputs={${outputs}})\ndef entry(${parameters}):\n    return None\n`;
  return `from hero_tracing import flow\n\n${steps.join('\n')}${main}`;
}

export function queries(file: 'queries-tune.txt' | 'queries-held-out.txt'): Query[] {
  return read(file)
    .split('\n')
    .map((line) => {
      const [words = '', wanted = ''] = line.split(' => ');
      return { words, wanted: wanted.split(', ') };
    });
}

export async function measure(asked: readonly Query[], search: (words: string) => Promise<string[]>): Promise<Quality> {
  const missed: string[] = [];
  let recall = 0;
  let reciprocal = 0;
  for (const { words, wanted } of asked) {
    const found = await search(words);
    const top = found.slice(0, 5);
    const share = wanted.filter((name) => top.includes(name)).length / wanted.length;
    const place = found.findIndex((name) => wanted.includes(name));
    recall += share;
    reciprocal += place < 0 ? 0 : 1 / (place + 1);
    if (share < 1) missed.push(`${words} => ${wanted.join(', ')}; found ${top.join(', ')}`);
  }
  return { recallAt5: recall / asked.length, mrr: reciprocal / asked.length, missed };
}

function read(file: string): string {
  return readFileSync(new URL(file, import.meta.url), 'utf8').trim();
}
