// The whole command line as a tree of definitions.

import { Command, InvalidArgumentError, Option } from 'commander';
import { EXIT_CODES_HELP } from '../core/exit-codes.ts';
import { version } from '../core/version.ts';
import { addAccessCommands } from './access-commands.ts';
import { addBenchCommands } from './bench-commands.ts';
import { addErrorCommands } from './error-commands.ts';
import { addExampleCommands } from './example-commands.ts';
import { addFlowCommands } from './flow-commands.ts';
import { addPlayCommands } from './play-commands.ts';
import { addRunCommands } from './run-commands.ts';
import { addSecretCommands } from './secret-commands.ts';
import { examples, type Shell } from './shared.ts';
import { addStorageCommands } from './storage-commands.ts';
import { addTriggerCommands } from './trigger-commands.ts';
import { addWebhookCommands } from './webhook-commands.ts';

export interface GlobalOptions {
  readonly output: 'text' | 'json';
  readonly server?: string;
}

/** Commands that are written as options of the whole: hero-logic --start. */
const BACKGROUND = ['start', 'stop', 'info'] as const;

export function createProgram(shell: Shell): Command {
  const program: Command = new Command('hero-logic')
    .description('Runs Python flows that people can watch, stop, answer and trust.')
    .version(version(), '-V, --version', 'print the version')
    .helpOption('-h, --help', 'print help')
    .addOption(
      new Option('-o, --output <format>', 'text, or json and nothing else').choices(['text', 'json']).default('text'),
    )
    .option('--server <url>', 'address of the server (default: HERO_LOGIC_SERVER, else the local run)', readServer)
    .option('--start', 'run in the background; takes the options of dev')
    .option('--stop', 'stop the background run')
    .option('--info', 'print the service manifest, and where it runs')
    .configureHelp({
      showGlobalOptions: true,
      helpWidth: Math.min(shell.io.columns(), 100),
      visibleGlobalOptions: (): Option[] =>
        program.options.filter((o) => o.long === '--output' || o.long === '--server'),
    })
    .showHelpAfterError('(add --help for how it is used)')
    .exitOverride()
    .helpCommand('help [command]', 'print help for a command');
  addRunCommands(program, shell);
  addFlowCommands(program, shell);
  addExampleCommands(program, shell);
  addPlayCommands(program, shell);
  addTriggerCommands(program, shell);
  addWebhookCommands(program, shell);
  addBenchCommands(program, shell);
  addErrorCommands(program, shell);
  addStorageCommands(program, shell);
  addAccessCommands(program, shell);
  addSecretCommands(program, shell);
  program.addHelpText(
    'after',
    `${examples(
      'hero-logic dev',
      'hero-logic flow add invoice.py',
      'hero-logic play start invoice --input amount=12 --watch',
      'hero-logic play answer 01kcs9h5w0x7v5t2m4q8n3z6ya yes',
    )}

${EXIT_CODES_HELP}`,
  );
  for (const command of commandsOf(program))
    command.configureOutput({ writeOut: shell.io.out, writeErr: writeErr(shell) });
  return program;
}

/** With JSON output a wrong command line is told as JSON by the caller, and not here. */
function writeErr(shell: Shell): (text: string) => void {
  return (text) => {
    if (!shell.json()) shell.io.err(text);
  };
}

export function commandsOf(command: Command): Command[] {
  return [command, ...command.commands.flatMap(commandsOf)];
}

/** Writes what people may write otherwise as the commands that it is: --start, --stop and --info, and "help play start". */
export function normalArgv(argv: readonly string[], program: Command): string[] {
  if (argv[0] === 'help' && argv.length > 2) return [...argv.slice(1), '--help'];
  const known = new Set(program.commands.map((c) => c.name()));
  const name = BACKGROUND.find((b) => argv.includes(`--${b}`));
  if (name === undefined || argv.some((word) => known.has(word))) return [...argv];
  return [name, ...argv.filter((word) => word !== `--${name}`)];
}

/** The address without a slash at its end; undefined when it is none. */
export function serverAddress(text: string): string | undefined {
  const url = URL.parse(text);
  return url !== null && /^https?:$/.test(url.protocol) ? text.replace(/\/+$/, '') : undefined;
}

function readServer(text: string): string {
  const server = serverAddress(text);
  if (server === undefined) throw new InvalidArgumentError('It must be an address such as http://127.0.0.1:9820.');
  return server;
}
