// audit: what was changed and who did it. whoami: who the server takes the caller for.

import { timeFromPb } from '@hero-logic/platform/client';
import { type AuditEvent, AuditEventSchema } from '@hero-logic/proto/herologic/registry/v1/access_pb';
import { WhoAmIResponseSchema } from '@hero-logic/proto/herologic/registry/v1/access_service_pb';
import type { Context } from '../core/context.ts';
import { EXIT, type ExitCode } from '../core/exit-codes.ts';
import { toJson } from '../core/to-json.ts';
import { tableLines } from '../text/table.ts';
import { roleWord } from './key.ts';

const DEFAULT_LIMIT = 50;

export interface AuditArgs {
  readonly by?: string;
  readonly limit?: number;
}

export async function audit({ io, json, clients }: Context, args: AuditArgs): Promise<ExitCode> {
  const { by = '', limit = DEFAULT_LIMIT } = args;
  const { events } = await clients.access.listAuditEvents({ caller: by, pageSize: limit });
  if (json) {
    io.out(`${JSON.stringify({ events: events.map((event) => toJson(AuditEventSchema, event)) })}\n`);
    return EXIT.ok;
  }
  if (events.length === 0) {
    io.err(by === '' ? 'Nothing was written down yet. A server writes with HERO_LOGIC_ACCESS=keys.\n' : 'Nothing.\n');
    return EXIT.ok;
  }
  const rows = events.map((event) => [timeText(event), event.caller, event.method, aboutText(event), doneText(event)]);
  io.out(`${tableLines({ head: ['AT', 'CALLER', 'CALL', 'ABOUT', 'OUTCOME'], rows, io }).join('\n')}\n`);
  return EXIT.ok;
}

export async function whoAmI({ io, json, clients }: Context): Promise<ExitCode> {
  const reply = await clients.access.whoAmI({});
  const name = reply.name === '' ? 'nobody by name: this server asks for no key' : reply.name;
  const where = reply.namespace === '' ? '' : ` in ${reply.namespace}`;
  io.out(
    json ? `${JSON.stringify(toJson(WhoAmIResponseSchema, reply))}\n` : `${name} (${roleWord(reply.role)}${where})\n`,
  );
  return EXIT.ok;
}

function timeText({ at }: AuditEvent): string {
  return new Date(timeFromPb(at) ?? 0).toISOString();
}

function aboutText({ subject }: AuditEvent): string {
  return Object.entries(subject)
    .map(([field, value]) => `${field}=${value}`)
    .join(' ');
}

function doneText({ refusal }: AuditEvent): string {
  return refusal === '' ? 'done' : `refused: ${refusal}`;
}
