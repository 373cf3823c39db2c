// Serves an MCP client over stdin and stdout until it goes away. Nothing else may be written to stdout.

import { once } from 'node:events';
import { createMcpServer } from '@hero-logic/bridge';
import { StdioServerTransport } from '@modelcontextprotocol/sdk/server/stdio.js';
import { createServerTransport } from '../core/clients.ts';
import type { Context } from '../core/context.ts';
import { EXIT } from '../core/exit-codes.ts';
import { version } from '../core/version.ts';

export async function mcp(
  context: Pick<Context, 'server' | 'env' | 'interrupted'>,
  { canWrite }: { readonly canWrite: boolean },
): Promise<number> {
  const services = createServerTransport(context.server, context.env);
  const server = createMcpServer({ transportFor: () => services, version: version(), canWrite });
  const gone = once(process.stdin, 'end', { signal: context.interrupted() }).catch(() => {}); // Ctrl-C ends it as well
  await server.connect(new StdioServerTransport());
  await gone;
  await server.close();
  return EXIT.ok;
}
