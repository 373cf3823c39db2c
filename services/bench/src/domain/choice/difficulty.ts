// How hard a request is, 0 (trivial) to 1 (hard), from its text alone. A rough guess that is the same each time; 0.5 for no text.
//
//   difficulty = 1 / (1 + exp(-x)),  x = -1.6 + 0.55 * ln(1 + words / 8) + 0.35 * asks + 0.3 * conditions + 0.4 * numbers + 0.5 * terms
//
// asks: verbs of work beyond the first; conditions: if, unless, except, only, at least ...; numbers: figures (0 to 2 count);
// terms: words of analysis, law, mathematics and code. Each count is damped as ln(1 + count).
//
// With what was measured of the workflow (example-difficulty.ts) it is put together by multiplying odds, as for two independent pieces of evidence
// (I. J. Good, "Probability and the Weighing of Evidence", 1950): 0.5 on one side leaves the other as it is.

import { UNKNOWN_DIFFICULTY } from '../example-difficulty.ts';

const ASKS =
  /\b(analy[sz]e|build|calculate|classify|collect|compare|convert|create|derive|design|draft|estimate|evaluate|explain|extract|find|fix|generate|implement|list|merge|migrate|optimi[sz]e|plan|predict|prove|rank|refactor|research|review|rewrite|schedule|solve|summari[sz]e|translate|validate|verify|write)\b/gi;
const CONDITIONS =
  /\b(if|unless|except|only|without|at least|at most|must|should not|between|while|until|whenever|depending|otherwise|respectively|as well as|and then|after that|step by step)\b/gi;
const NUMBERS = /\d+(?:[.,]\d+)*/g;
const TERMS =
  /\b(algorithm|architecture|asynchronous|clause|compliance|concurren\w*|constraint|contract|correlation|derivative|distributed|encryption|equation|hypothesis|integral|legal|matrix|optimal|probability|proof|recursive|regression|regulation|schema|security|simulation|sql|statistic\w*|theorem|trade-?off|variance)\b|[{}<>]=?|=>|::/gi;

export function difficultyOf(request: string): number {
  const text = request.trim();
  if (text === '') return UNKNOWN_DIFFICULTY;
  const words = text.split(/\s+/).length;
  const x =
    -1.6 +
    0.55 * Math.log1p(words / 8) +
    0.35 * Math.log1p(Math.max(0, count(text, ASKS) - 1)) +
    0.3 * Math.log1p(count(text, CONDITIONS)) +
    0.4 * Math.log1p(Math.min(2, count(text, NUMBERS))) +
    0.5 * Math.log1p(count(text, TERMS));
  return 1 / (1 + Math.exp(-x));
}

export function combinedDifficulty(request: number, measured: number): number {
  const hard = request * measured;
  const easy = (1 - request) * (1 - measured);
  return hard + easy === 0 ? UNKNOWN_DIFFICULTY : hard / (hard + easy);
}

function count(text: string, pattern: RegExp): number {
  return text.match(pattern)?.length ?? 0;
}
