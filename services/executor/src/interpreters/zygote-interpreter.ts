// One play process that is a child of a zygote: its job, its files, its words, its end.

import type {
  Interpreter,
  InterpreterEnd,
  InterpreterPolicy,
  InterpretersOptions,
  StagedFiles,
} from './interpreter.ts';
import { MAX_LINE_BYTES } from './lines.ts';
import type { PlayConnection } from './play-connection.ts';
import { playEnvironment } from './play-environment.ts';
import { readOutput } from './work-folders.ts';
import type { ZygoteChild } from './zygote.ts';

export function createZygoteInterpreter(given: {
  child: ZygoteChild;
  connection: PlayConnection;
  policy: InterpreterPolicy;
  tier: string;
  options: InterpretersOptions;
}): Interpreter {
  const { child, connection, policy, options } = given;
  const { id, dir } = child.spec;
  const said = Promise.withResolvers<void>();

  async function end(): Promise<InterpreterEnd> {
    const [exit] = await Promise.all([child.exit, connection.closed]);
    return { ...exit, output: output() };
  }

  function output(): string {
    const tooLong = `a line was longer than ${options.maxLineBytes ?? MAX_LINE_BYTES} bytes: the play was killed\n`;
    return (child.hasTooLongLine ? tooLong : '') + readOutput(dir);
  }

  return {
    id,
    dir,
    tier: given.tier,
    proxyToken: child.spec.proxy?.token ?? '',
    start(job) {
      const limits = {
        cpu_s: Math.min(policy.cpuS, job.limits?.cpuS ?? policy.cpuS),
        memory_mb: Math.min(policy.memoryMb, job.limits?.memoryMb ?? policy.memoryMb),
      };
      const env = playEnvironment({ dir, sdkPath: options.sdkPath, socket: 'fd:3', job: job.env });
      const { source, serve, staging } = job;
      connection.send(JSON.stringify({ job: { env, limits, source, serve, go_later: staging !== undefined } }));
      // Where files cannot be staged the run ends the process.
      staging?.then(
        (staged) => connection.send(goLine(staged)),
        () => {},
      );
    },
    send: (line) => connection.send(JSON.stringify(line)),
    ack: (seq) => connection.send(`{"ack": ${seq}}`),
    onLines: (listener) => connection.onLines(listener),
    onLine: (listener) => connection.onLines((lines) => lines.forEach(listener)),
    hungUp: Promise.race([connection.closed, said.promise]).then(() => ({ output: output() })),
    ended: end(),
    saidAll: said.resolve,
    kill: (signal) => child.kill(signal),
    pause: () => connection.pause(),
    resume: () => connection.resume(),
  };
}

/** In most cases the one that the child knows without reading it. */
function goLine({ hasFiles, env }: StagedFiles): string {
  return JSON.stringify({ go: hasFiles ? { files: true, env } : {} });
}
