// One run of the command: argv and streams in, exit code out. Every failure is told here, once.

import { CommanderError } from 'commander';
import type { Context, Env } from './core/context.ts';
import { EXIT } from './core/exit-codes.ts';
import type { Io } from './core/io.ts';
import { UsageError } from './core/usage-error.ts';
import { createProgram, type GlobalOptions, normalArgv, serverAddress } from './program/program.ts';

export interface RunOptions {
  readonly argv: readonly string[];
  readonly io: Io;
  readonly env: Env;
  /** Aborts on Ctrl-C. Not called by `dev`, which minds signals itself. */
  readonly interrupted: () => AbortSignal;
}

export async function runCli({ argv, io, env, interrupted }: RunOptions): Promise<number> {
  let code: number = EXIT.ok;
  let server = '';
  const json = () => wantsJson(argv);
  const program = createProgram({
    io,
    env,
    json,
    connect: async () => connect(),
    end: (ended) => {
      code = ended;
    },
  });
  try {
    await program.parseAsync(normalArgv(argv, program), { from: 'user' });
    return code;
  } catch (error) {
    if (error instanceof CommanderError) return endOfCommander(error, io, json());
    const { failureJson, failureLines, failureOf } = await import('./core/fail.ts');
    const failure = failureOf(error, server);
    io.err(json() ? `${failureJson(failure)}\n` : `${failureLines(failure).join('\n')}\n`);
    return failure.exitCode;
  }

  async function connect(): Promise<Context> {
    const [{ createClients }, { systemClock }] = await Promise.all([
      import('./core/clients.ts'),
      import('@hero-logic/platform/client'),
    ]);
    server = serverOf(program.opts<GlobalOptions>(), env);
    return {
      io,
      json: json(),
      server,
      env,
      clock: systemClock,
      clients: createClients(server, env),
      interrupted,
    };
  }
}

function serverOf(options: GlobalOptions, env: Env): string {
  if (options.server !== undefined) return options.server;
  if (env.HERO_LOGIC_SERVER) {
    const server = serverAddress(env.HERO_LOGIC_SERVER);
    if (server !== undefined) return server;
    throw new UsageError(
      `HERO_LOGIC_SERVER must be an address such as http://127.0.0.1:9820, not "${env.HERO_LOGIC_SERVER}"`,
    );
  }
  return `http://127.0.0.1:${env.HERO_LOGIC_PORT || '9820'}`;
}

/** Known before the command line is parsed, because a wrong one must be told in the right form too. */
function wantsJson(argv: readonly string[]): boolean {
  const end = argv.indexOf('--');
  const words = end < 0 ? argv : argv.slice(0, end);
  return words.some(
    (word, i) =>
      word === '-ojson' || word === '--output=json' || (word === 'json' && /^(-o|--output)$/.test(words[i - 1] ?? '')),
  );
}

/** Help and version end well; anything else that commander ends is a wrong command line, told by it already. */
function endOfCommander(error: CommanderError, io: Io, json: boolean): number {
  if (error.exitCode === 0) return EXIT.ok;
  if (json) {
    const message = error.code === 'commander.help' ? 'name a command' : error.message.replace(/^error: /, '');
    io.err(`${JSON.stringify({ error: { reason: 'INVALID_ARGUMENT', message, violations: [] } })}\n`);
  }
  return EXIT.usage;
}
