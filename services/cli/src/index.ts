// The command as a library: what tests and other tools drive.

export { runCli } from './run-cli.ts';
