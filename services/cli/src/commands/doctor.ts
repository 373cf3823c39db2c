// doctor: looks at a deployment and names the fix for each finding.

import type { Env } from '../core/context.ts';
import { EXIT } from '../core/exit-codes.ts';
import type { Io } from '../core/io.ts';
import { version } from '../core/version.ts';
import type { Finding } from '../doctor/finding.ts';
import { runDoctor } from '../doctor/run-doctor.ts';
import { createPaint, type Tone } from '../text/style.ts';

const WORDS: Record<Finding['level'], { readonly word: string; readonly tone: Tone }> = {
  ok: { word: 'ok     ', tone: 'good' },
  warning: { word: 'warning', tone: 'warn' },
  problem: { word: 'PROBLEM', tone: 'bad' },
};

export interface DoctorContext {
  readonly io: Io;
  readonly env: Env;
  readonly json: boolean;
}

/** Ends with 1 when something does not work. */
export async function doctor({ io, env, json }: DoctorContext, args: { readonly mesh?: boolean }): Promise<number> {
  const findings = await runDoctor({ env, version: version(), mesh: args.mesh === true });
  const isFine = findings.every(({ level }) => level !== 'problem');
  if (json) io.out(`${JSON.stringify({ ok: isFine, findings })}\n`);
  else io.out(textOf(findings, io));
  return isFine ? EXIT.ok : EXIT.failed;
}

function textOf(findings: readonly Finding[], io: Io): string {
  const paint = createPaint(io.color);
  const lines = findings.flatMap(({ check, level, said, fix }) => {
    const { word, tone } = WORDS[level];
    const line = `${paint(tone, word)}  ${check}: ${said}`;
    return fix === '' ? [line] : [line, `         fix: ${fix}`];
  });
  return `${lines.join('\n')}\n`;
}
