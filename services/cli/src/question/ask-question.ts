// Asks one question on the terminal until there is a payload that can be sent.

import type { Io } from '../core/io.ts';
import type { Paint } from '../text/style.ts';
import { clean, cleanLines, fit } from '../text/width.ts';
import { formOf, payloadFromLine, type Question, wordsOf } from './question-form.ts';

export type Reply =
  | { readonly kind: 'payload'; readonly payload: string }
  | { readonly kind: 'end' | 'interrupt' | 'gone' };

export async function askQuestion(options: {
  readonly io: Io;
  readonly question: Question;
  readonly paint: Paint;
  readonly signal: AbortSignal;
}): Promise<Reply> {
  const { io, question, paint, signal } = options;
  const form = formOf(question);
  for (;;) {
    const answer = await io.ask(`${HINTS[form.kind]} > `, signal);
    if (answer.kind !== 'line') return answer;
    if (answer.text === '' && question.defaultPayload !== '') {
      return { kind: 'payload', payload: question.defaultPayload };
    }
    const parsed = payloadFromLine(question, answer.text);
    if ('payload' in parsed) return { kind: 'payload', payload: parsed.payload };
    io.out(`${paint('bad', fit(parsed.problem, io.columns()))}\n`);
  }
}

const HINTS = {
  text: 'text',
  number: 'number',
  confirm: 'yes or no',
  choice: 'number of your choice',
  multi: 'numbers, such as 1,3',
  json: 'JSON',
} as const;

/** The question with its message, options and default, as lines for a terminal. */
export function questionLines(question: Question, paint: Paint): string[] {
  const form = formOf(question);
  const lines = cleanLines(wordsOf(question)).map(
    (line, i) => `${i === 0 ? paint('warn', '? ') : '  '}${paint('bold', line)}`,
  );
  form.options.forEach((option, i) => {
    const more = option.description === '' ? '' : paint('dim', `  ${clean(option.description)}`);
    lines.push(`  ${i + 1}) ${clean(option.label)}${more}`);
  });
  if (form.kind === 'json' && question.schema !== '') lines.push(paint('dim', `  schema: ${clean(question.schema)}`));
  if (question.defaultPayload !== '')
    lines.push(paint('dim', `  Enter alone answers ${clean(question.defaultPayload)}`));
  return lines;
}
