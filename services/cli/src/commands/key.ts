// key create, list, rotate and revoke.

import { timestampFromMs } from '@bufbuild/protobuf/wkt';
import { timeFromPb } from '@hero-logic/platform/client';
import { Role } from '@hero-logic/proto/herologic/options/v1/options_pb';
import { type ApiKey, ApiKeySchema } from '@hero-logic/proto/herologic/registry/v1/access_pb';
import type { Context } from '../core/context.ts';
import { EXIT, type ExitCode } from '../core/exit-codes.ts';
import { toJson } from '../core/to-json.ts';
import { UsageError } from '../core/usage-error.ts';
import { ago, duration } from '../text/duration.ts';
import { tableLines } from '../text/table.ts';

const PAGE = 1000;

export interface KeyCreateArgs {
  readonly name: string;
  readonly role: 'viewer' | 'operator' | 'author' | 'admin';
  /** Left out = in every one. */
  readonly namespaces?: readonly string[];
  /** Milliseconds from now. */
  readonly expires?: number;
}

export async function keyCreate(
  context: Context,
  { name, role, namespaces = [], expires }: KeyCreateArgs,
): Promise<ExitCode> {
  const { apiKey, text } = await context.clients.access.createApiKey({
    name,
    role: Role[role.toUpperCase() as keyof typeof Role],
    namespaces: [...namespaces],
    ...(expires === undefined ? {} : { expiresAt: timestampFromMs(context.clock.now() + expires) }),
  });
  return tellText(context, apiKey, text);
}

export async function keyRotate(context: Context, which: string, graceMs?: number): Promise<ExitCode> {
  const { sid } = await findKey(context, which);
  const grace = graceMs === undefined ? {} : { graceS: Math.round(graceMs / 1000) };
  const { apiKey, text } = await context.clients.access.rotateApiKey({ sid, ...grace });
  return tellText(context, apiKey, text);
}

export async function keyRevoke(context: Context, which: string): Promise<ExitCode> {
  const key = await context.clients.access.revokeApiKey({ sid: (await findKey(context, which)).sid });
  context.io.out(context.json ? `${JSON.stringify(toJson(ApiKeySchema, key))}\n` : `${key.name} is revoked\n`);
  return EXIT.ok;
}

export async function keyList(context: Context): Promise<ExitCode> {
  const { io, json, clock } = context;
  const keys = await allKeys(context);
  if (json) {
    io.out(`${JSON.stringify({ api_keys: keys.map((key) => toJson(ApiKeySchema, key)) })}\n`);
    return EXIT.ok;
  }
  if (keys.length === 0) {
    io.err('There are no keys yet. Make one: hero-logic key create NAME --role operator\n');
    return EXIT.ok;
  }
  const now = clock.now();
  const rows = keys.map((key) => [
    key.name,
    roleWord(key.role),
    stateOf(key, now),
    usedText(key, now),
    whereText(key),
    key.sid,
  ]);
  io.out(`${tableLines({ head: ['NAME', 'ROLE', 'STATE', 'LAST USED', 'NAMESPACES', 'SID'], rows, io }).join('\n')}\n`);
  return EXIT.ok;
}

export function roleWord(role: Role): string {
  return role === Role.UNSPECIFIED ? 'service' : (Role[role]?.toLowerCase() ?? 'unknown');
}

/** The text goes to stdout alone, so that it can be piped into a secret store. */
function tellText({ io, json }: Context, key: ApiKey | undefined, text: string): ExitCode {
  if (json) {
    io.out(`${JSON.stringify({ api_key: key && toJson(ApiKeySchema, key), text })}\n`);
    return EXIT.ok;
  }
  io.out(`${text}\n`);
  io.err('This is the only time it is shown. Use it as HERO_LOGIC_KEY, or as "Authorization: Bearer ...".\n');
  return EXIT.ok;
}

function stateOf(key: ApiKey, now: number): string {
  if (key.revokedAt !== undefined) return 'revoked';
  const end = timeFromPb(key.expiresAt);
  if (end === undefined) return 'good';
  return end <= now ? 'expired' : `good for ${duration(end - now)}`;
}

function usedText(key: ApiKey, now: number): string {
  const at = timeFromPb(key.lastUsedAt);
  return at === undefined ? 'never' : ago(now - at);
}

function whereText({ namespaces }: ApiKey): string {
  return namespaces.length === 0 ? 'all' : namespaces.join(', ');
}

async function findKey(context: Context, which: string): Promise<ApiKey> {
  const found = (await allKeys(context)).find((key) => key.sid === which || key.name === which);
  if (found !== undefined) return found;
  throw new UsageError(`no key has the name or sid "${which}"; hero-logic key list shows them`);
}

async function allKeys({ clients }: Context): Promise<ApiKey[]> {
  const keys: ApiKey[] = [];
  let pageToken = '';
  do {
    const page = await clients.access.listApiKeys({ pageSize: PAGE, pageToken });
    keys.push(...page.apiKeys);
    pageToken = page.nextPageToken;
  } while (pageToken !== '');
  return keys;
}
