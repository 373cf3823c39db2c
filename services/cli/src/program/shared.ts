// What the definitions of commands share: how an apply function is run, and readers of option values. Definitions import nothing
// heavy, so that --help is quick; an apply function is loaded when its command runs.

import { type Command, InvalidArgumentError, Option } from 'commander';
import type { Context, Env } from '../core/context.ts';
import type { Io } from '../core/io.ts';

/** What is there before a server is needed. */
export interface Shell {
  readonly io: Io;
  readonly env: Env;
  readonly json: () => boolean;
  /** Loads the clients and makes the context of a client verb. */
  readonly connect: () => Promise<Context>;
  /** Takes the exit code of the command that ran. */
  readonly end: (code: number) => void;
}

export function collect(value: string, before: readonly string[] | undefined): string[] {
  return [...(before ?? []), value];
}

export function wholeNumber(min: number, max: number) {
  return (text: string): number => {
    const number = Number(text);
    if (!/^-?\d+$/.test(text) || number < min || number > max) {
      throw new InvalidArgumentError(`It must be a whole number from ${min} to ${max}.`);
    }
    return number;
  };
}

export function weight(most = Number.MAX_VALUE) {
  return (text: string): number => {
    const number = Number(text);
    if (text.trim() === '' || !(number >= 0 && number <= most)) {
      throw new InvalidArgumentError(
        most === Number.MAX_VALUE ? 'It must be a number from 0.' : `It must be a number from 0 to ${most}.`,
      );
    }
    return number;
  };
}

export function examples(...lines: string[]): string {
  return `\nExamples:\n${lines.map((line) => `  $ ${line}`).join('\n')}`;
}

/** The options of everything that runs until a signal. */
export function addLongRunOptions(command: Command): Command {
  return command
    .option('--grace <seconds>', 'time that running plays get at a stop (default: 10)', wholeNumber(0, 600))
    .addOption(
      new Option('--log-level <level>', 'how much the log on stderr says (default: warn)').choices([
        'trace',
        'debug',
        'info',
        'warn',
        'error',
        'fatal',
        'silent',
      ]),
    );
}

/** The options of `dev`, which --start takes too. */
export function addRunOptions(command: Command): Command {
  command
    .option(
      '--port <number>',
      'TCP port; the next one is gRPC (default: HERO_LOGIC_PORT or 9820)',
      wholeNumber(0, 65534),
    )
    .option('--host <address>', 'loopback address to listen on (default: 127.0.0.1)')
    .option('--flows <folder>', 'register every *.py of the folder, now and on each save');
  return addLongRunOptions(command);
}
