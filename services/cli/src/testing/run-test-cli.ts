// Runs a command line in this process against a server.

import { runCli } from '../run-cli.ts';
import { createTestIo, type TestIoOptions } from './test-io.ts';

export interface Ran {
  readonly code: number;
  readonly out: string;
  readonly err: string;
  readonly prompts: readonly string[];
}

export async function runTestCli(
  server: string,
  argv: readonly string[],
  options: TestIoOptions & { readonly interrupted?: AbortSignal; readonly env?: Record<string, string> } = {},
): Promise<Ran> {
  const io = createTestIo(options);
  const never = new AbortController().signal;
  const env = { HERO_LOGIC_SERVER: server, ...options.env };
  const code = await runCli({ argv, io, env, interrupted: () => options.interrupted ?? never });
  return { code, ...io.written, prompts: io.prompts };
}
