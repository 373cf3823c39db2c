/**
 * The arguments of the commands of this repository (perf, chaos, simulate, ...), all read alike: `--help` prints the text and ends with 0; an
 * option that does not exist, one without its value, and a number that is none are named, and the command ends with 2.
 */

import { type ParseArgsConfig, parseArgs } from 'node:util';

type Options = NonNullable<ParseArgsConfig['options']>;
type Arguments<T extends Options> = Omit<
  ReturnType<typeof parseArgs<{ options: T; allowPositionals: boolean }>>,
  'tokens'
>;

export interface Refusal {
  readonly code: 0 | 2;
  readonly text: string;
}

export interface NumberRange {
  readonly least?: number;
  readonly most?: number;
  /** Whole numbers alone, unless told. */
  readonly isWhole?: boolean;
}

/** The arguments, or what the command says instead of its work. */
export function readToolArguments<T extends Options>(
  help: string,
  options: T,
  given: { readonly args: readonly string[]; readonly allowPositionals?: boolean },
): Arguments<T> | Refusal {
  const { args, allowPositionals = false } = given;
  if (args.includes('--help')) return { code: 0, text: help };
  try {
    return parseArgs({ args: [...args], options, allowPositionals }) as Arguments<T>;
  } catch (error) {
    const [what = ''] = (error as Error).message.split(/\.\s/);
    return { code: 2, text: `${what}; see --help` };
  }
}

/** As `readToolArguments`, of this process, which ends where there is nothing to do. */
export function toolArguments<T extends Options>(help: string, options: T, allowPositionals = false): Arguments<T> {
  const found = readToolArguments(help, options, { args: process.argv.slice(2), allowPositionals });
  return 'code' in found ? leave(found) : found;
}

/** The number, or what is wrong with it. */
export function readToolNumber(name: string, text: string, range: NumberRange = {}): number | Refusal {
  const { least = 0, most = Number.MAX_SAFE_INTEGER, isWhole = true } = range;
  const value = text.trim() === '' ? Number.NaN : Number(text);
  if (value >= least && value <= most && (!isWhole || Number.isInteger(value))) return value;
  const upTo = most === Number.MAX_SAFE_INTEGER ? '' : ` to ${most}`;
  return {
    code: 2,
    text: `--${name} takes a ${isWhole ? 'whole ' : ''}number from ${least}${upTo}, not "${text}"; see --help`,
  };
}

/** As `readToolNumber`; the process ends where it is none. */
export function toolNumber(name: string, text: string, range: NumberRange = {}): number {
  const found = readToolNumber(name, text, range);
  return typeof found === 'number' ? found : leave(found);
}

function leave({ code, text }: Refusal): never {
  (code === 0 ? process.stdout : process.stderr).write(`${text}\n`);
  process.exit(code);
}
