/**
 * What makes two failures the same: the workflow, the type of the error, where it came from, and its message apart from what differs
 * from play to play. Deterministic: the same failure has the same fingerprint on every machine and in every version of this service
 * that does not say otherwise in docs/errors-of-plays.md.
 */

import { createHash } from 'node:crypto';
import type { Play } from '../play.ts';

export interface Failure {
  /** 16 hex digits. */
  readonly fingerprint: string;
  readonly errorType: string;
  /** The message with what differs taken out. */
  readonly pattern: string;
  /** "flow.py in pay": file and function of the innermost frame of the flow's own code. A line would change with every version. */
  readonly location: string;
}

const MAX_PATTERN_CHARS = 300;
const MAX_READ_CHARS = 4000;

/** What stands for what, in this order. */
const VARIABLE: readonly (readonly [RegExp, string])[] = [
  [/\bhttps?:\/\/[^\s'"]+/gi, '<url>'],
  [/'(?:[^'\\\n]|\\.){0,500}'|"(?:[^"\\\n]|\\.){0,500}"|`[^`\n]{0,500}`/g, '<text>'],
  [/\b[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}\b/gi, '<id>'],
  [/\b\d{4}-\d{2}-\d{2}(?:[T ]\d{2}:\d{2}(?::\d{2}(?:\.\d+)?)?(?:Z|[+-]\d{2}:?\d{2})?)?/g, '<time>'],
  [/\b(?=[0-9a-z]*\d)[0-9a-hjkmnp-tv-z]{26}\b/gi, '<id>'],
  [/\b(?=[0-9a-f]*\d)[0-9a-f]{8,}\b/gi, '<id>'],
  [/0x[0-9a-f]+/gi, '<n>'],
  [/\d+(?:[.,]\d+)*/g, '<n>'],
  [/\s+/g, ' '],
];

export function failureOf({ workflowSid, error }: Pick<Play, 'workflowSid' | 'error'>): Failure {
  const { type: errorType = '', message = '', traceback = '' } = error ?? {};
  const pattern = patternOf(message);
  const location = locationOf(traceback);
  const fingerprint = createHash('sha256')
    .update(JSON.stringify([workflowSid, errorType, pattern, location]))
    .digest('hex')
    .slice(0, 16);
  return { fingerprint, errorType, pattern, location };
}

export function patternOf(message: string): string {
  const text = message.slice(0, MAX_READ_CHARS).toWellFormed();
  const fixed = VARIABLE.reduce((rest, [pattern, instead]) => rest.replace(pattern, instead), text).trim();
  return fixed.slice(0, MAX_PATTERN_CHARS);
}

const FRAME = /^ *File "([^"\n]{1,500})", line \d+, in (.{1,200})$/gm;
/** Frames of what runs the flow, and of what it calls. */
const FOREIGN = /hero_tracing|[\\/](?:site-packages|dist-packages|lib[\\/]python[\d.]+)[\\/]|^<frozen /;

/** Empty = the traceback names no frame. */
export function locationOf(traceback: string): string {
  const frames = [...traceback.matchAll(FRAME)].map(([, file = '', name = '']) => ({ file, name }));
  const own = frames.filter(({ file }) => !FOREIGN.test(file)).at(-1) ?? frames.at(-1);
  if (own === undefined) return '';
  // The folder of a play is another one for each play.
  return `${own.file.split(/[\\/]/).at(-1)} in ${own.name}`;
}
