// Definitions of dev, serve, --start, --stop, --info and completion.

import { Argument, type Command } from 'commander';
import type { DevArgs } from '../commands/dev.ts';
import type { ServeArgs } from '../commands/serve.ts';
import type { ServiceName } from '../serve/serve-config.ts';
import { addLongRunOptions, addRunOptions, examples, type Shell, wholeNumber } from './shared.ts';

const SERVICE_NAMES: readonly ServiceName[] = ['registry', 'scheduler', 'executor', 'bench', 'bridge'];

export function addRunCommands(program: Command, shell: Shell): void {
  const dev = program.command('dev').description('run everything on this machine until Ctrl-C');
  addRunOptions(dev)
    .addHelpText('after', examples('hero-logic dev', 'hero-logic dev --port 9900 --flows ./flows'))
    .action(async (options: DevArgs) => {
      const { dev } = await import('../commands/dev.ts');
      shell.end(await dev({ io: shell.io, env: shell.env, json: shell.json() }, options));
    });

  const serve = program
    .command('serve')
    .description('run one service in a process of its own until Ctrl-C')
    .addArgument(new Argument('<service>', 'which one').choices(SERVICE_NAMES))
    .option(
      '--port <number>',
      'TCP port (default: bridge 9820, registry 9831, scheduler 9832, executor 9833, bench 9834)',
      wholeNumber(1, 65535),
    );
  addLongRunOptions(serve)
    .addHelpText(
      'after',
      `
The others are called at HERO_LOGIC_REGISTRY_URL, HERO_LOGIC_SCHEDULER_URL and HERO_LOGIC_EXECUTOR_URL (default: their default ports on
this machine). Each service keeps a store of its own below PATH_ROOT.
${examples('hero-logic serve registry', 'hero-logic serve executor --port 9833 --grace 30')}`,
    )
    .action(async (service: ServiceName, options: ServeArgs) => {
      const { serve } = await import('../commands/serve.ts');
      shell.end(await serve({ io: shell.io, env: shell.env, json: shell.json() }, service, options));
    });

  program
    .command('doctor')
    .description('look at this machine and what is deployed, and name what to mend')
    .option('--mesh', 'look at services in processes of their own, at HERO_LOGIC_REGISTRY_URL and the others')
    .addHelpText('after', examples('hero-logic doctor', 'hero-logic doctor --mesh -o json'))
    .action(async (options: { mesh?: boolean }) => {
      const { doctor } = await import('../commands/doctor.ts');
      shell.end(await doctor({ io: shell.io, env: shell.env, json: shell.json() }, options));
    });

  program
    .command('health')
    .description('show the queue, the executors that report, and what they lack')
    .addHelpText('after', examples('hero-logic health', 'hero-logic health -o json'))
    .action(async () => {
      const { health } = await import('../commands/health.ts');
      shell.end(await health(await shell.connect()));
    });

  program
    .command('mcp')
    .description('serve the flows as tools to an MCP client, over stdin and stdout')
    .option('--write', 'let the client write flows, too; writing a flow is running code')
    .addHelpText(
      'after',
      `
Every flow is a tool. The server that runs them is the one of --server; it serves the same over HTTP at /mcp.
${examples('hero-logic mcp', 'hero-logic mcp --server http://127.0.0.1:9900 --write')}`,
    )
    .action(async (options: { write?: boolean }) => {
      const { mcp } = await import('../commands/mcp.ts');
      shell.end(await mcp(await shell.connect(), { canWrite: options.write ?? false }));
    });

  const start = program
    .command('start', { hidden: true })
    .usage('')
    .description('run in the background (hero-logic --start)');
  addRunOptions(start)
    .addHelpText('after', examples('hero-logic --start', 'hero-logic --start --port 9900 --flows ./flows'))
    .action(async (options: DevArgs) => {
      const { start } = await import('../background/background.ts');
      shell.end(await start(await background(shell), options));
    });

  program
    .command('stop', { hidden: true })
    .description('stop the background run (hero-logic --stop)')
    .action(async () => {
      const { stop } = await import('../background/background.ts');
      shell.end(await stop(await background(shell)));
    });

  program
    .command('info', { hidden: true })
    .description('print the service manifest, and where it runs (hero-logic --info)')
    .action(async () => {
      const { info } = await import('../background/background.ts');
      shell.end(await info(await background(shell)));
    });

  addCompletion(program, shell);
}

async function background(shell: Shell) {
  const { systemClock } = await import('@hero-logic/platform/client');
  return { io: shell.io, env: shell.env, json: shell.json(), clock: systemClock };
}

function addCompletion(program: Command, shell: Shell): void {
  program
    .command('completion')
    .description('print a script that completes commands, options and flow names')
    .argument('<shell>', 'bash, zsh or fish')
    .addHelpText(
      'after',
      examples(
        'source <(hero-logic completion bash)',
        'source <(hero-logic completion zsh)',
        'hero-logic completion fish > ~/.config/fish/completions/hero-logic.fish',
      ),
    )
    .action(async (name: string) => {
      const { completionScript } = await import('../commands/completion.ts');
      shell.io.out(completionScript(name, program));
      shell.end(0);
    });

  program
    .command('complete-flows', { hidden: true })
    .description('the names of all flows, one a line, for completion scripts')
    .action(async () => {
      const { completeFlows } = await import('../commands/completion.ts');
      shell.end(await completeFlows(await shell.connect()));
    });
}
