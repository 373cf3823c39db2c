// flow search WORDS: flows of the library, best first, with why each was found.

import { LibraryHitSchema } from '@hero-logic/proto/herologic/registry/v1/library_service_pb';
import type { Context } from '../core/context.ts';
import { EXIT, type ExitCode } from '../core/exit-codes.ts';
import { toJson } from '../core/to-json.ts';
import { tableLines } from '../text/table.ts';

const LIMIT = 10;

export interface FlowSearchArgs {
  readonly words: readonly string[];
  readonly limit?: number;
}

export async function flowSearch({ io, json, clients }: Context, { words, limit }: FlowSearchArgs): Promise<ExitCode> {
  const { hits } = await clients.library.searchLibrary({ query: words.join(' '), limit: limit ?? LIMIT, detail: true });
  if (json) io.out(`${JSON.stringify({ hits: hits.map((hit) => toJson(LibraryHitSchema, hit)) })}\n`);
  else if (hits.length === 0) io.err('No flow holds any of these words.\n');
  else {
    const rows = hits.map((hit) => [hit.name, hit.description, hit.matched.slice(0, 3).join(', ')]);
    io.out(`${tableLines({ head: ['NAME', 'DESCRIPTION', 'FOUND BY'], rows, io }).join('\n')}\n`);
  }
  return EXIT.ok;
}
