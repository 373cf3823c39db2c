// A refused source as compilers show it: file:line:col, the line, and a caret under the column.

import { HeroError, toHeroError } from '@hero-logic/platform/client';
import { clean, fit, width } from '../text/width.ts';

export interface SourceProblem {
  readonly line: number;
  /** From 1; 0 = unknown. */
  readonly column: number;
  readonly message: string;
}

/** The places that an INVALID_SOURCE names; undefined for any other error, or when it names none. */
export function sourceProblems(error: unknown): SourceProblem[] | undefined {
  const hero = error instanceof HeroError ? error : toHeroError(error);
  if (hero.reason !== 'INVALID_SOURCE') return undefined;
  const texts = hero.violations.length > 0 ? hero.violations.map((v) => v.description) : [hero.message];
  const found = texts.flatMap((text) => placeIn(text) ?? []);
  if (found.length > 0) return found;
  const line = Number(hero.metadata.line);
  if (!Number.isInteger(line) || line < 1) return undefined;
  return [{ line, column: Number(hero.metadata.column ?? 0) || 0, message: texts[0] ?? hero.message }];
}

/** "line 3, column 5: ..." wherever it stands in the text. */
function placeIn(text: string): SourceProblem | undefined {
  const match = /\(?\bline (\d+)(?:,? (?:column|col) (\d+))?\)?:? ?/i.exec(text);
  if (match === null) return undefined;
  const rest = `${text.slice(0, match.index).replace(/\b(?:at|on|in)\s*$/, '')}${text.slice(match.index + match[0].length)}`;
  const message = rest.trim().replace(/^[:,;]\s*|[\s:,;(]+$/g, '');
  return { line: Number(match[1]), column: Number(match[2] ?? 0), message: message === '' ? text : message };
}

export function sourceProblemLines(file: string, source: string, problem: SourceProblem, columns: number): string[] {
  const { line, column, message } = problem;
  const place = column > 0 ? `${file}:${line}:${column}` : `${file}:${line}`;
  const text = source.split(/\r\n|\n|\r/)[line - 1];
  const lines = [`${place}: ${clean(message)}`];
  if (text === undefined) return lines;
  const gutter = `${line} | `;
  const room = Math.max(20, columns - gutter.length);
  const shift = Math.max(0, column - Math.floor(room * 0.75));
  lines.push(`${gutter}${fit(clean(text.slice(shift)), room)}`);
  if (column > 0) lines.push(`${' '.repeat(gutter.length + width(clean(text.slice(shift, column - 1))))}^`);
  return lines;
}
