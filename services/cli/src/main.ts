// The process around a run of the command.

import { EXIT } from './core/exit-codes.ts';
import { createIo } from './core/io.ts';
import { runCli } from './run-cli.ts';

export async function main(argv: readonly string[]): Promise<void> {
  const { stdin, stdout, stderr, env } = process;
  for (const stream of [stdout, stderr]) {
    stream.on('error', (error: NodeJS.ErrnoException) => {
      // The reader went away ("| head"): nothing is left to say.
      if (error.code === 'EPIPE') process.exit(EXIT.ok);
      throw error;
    });
  }
  const io = createIo({ stdin, stdout, stderr, env });
  const code = await runCli({ argv, io, env, interrupted: onInterrupt() });
  await io.flush();
  process.exit(code);
}

/** The first Ctrl-C asks the command to end, the second ends the process. */
function onInterrupt(): () => AbortSignal {
  let controller: AbortController | undefined;
  return () => {
    if (controller !== undefined) return controller.signal;
    const first = new AbortController();
    controller = first;
    const onSignal = () => {
      if (first.signal.aborted) process.exit(EXIT.interrupted);
      first.abort();
    };
    process.on('SIGINT', onSignal);
    process.on('SIGTERM', onSignal);
    return first.signal;
  };
}
