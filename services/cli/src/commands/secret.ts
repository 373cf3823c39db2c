// secret set, list and delete. A value comes from stdin, so that it stands in no history of a shell and no list of processes.

import { timeFromPb } from '@hero-logic/platform/client';
import { type Secret, SecretSchema } from '@hero-logic/proto/herologic/registry/v1/secret_pb';
import type { Context } from '../core/context.ts';
import { EXIT, type ExitCode } from '../core/exit-codes.ts';
import { toJson } from '../core/to-json.ts';
import { UsageError } from '../core/usage-error.ts';
import { decode } from '../input/read-value.ts';
import { ago } from '../text/duration.ts';
import { tableLines } from '../text/table.ts';

const PAGE = 1000;

export interface SecretSetArgs {
  readonly name: string;
  readonly workflows?: readonly string[];
  /** False: the value that is kept stays. */
  readonly value: boolean;
}

export async function secretSet(context: Context, { name, workflows = [], value }: SecretSetArgs): Promise<ExitCode> {
  const { io, json, clients } = context;
  if (!value && workflows.length === 0) throw new UsageError('--no-value changes the workflows: give --workflows');
  const given = value ? { value: await valueFromStdin(context) } : {};
  const secret = await clients.secrets.setSecret({ name, workflows: [...workflows], ...given });
  if (json) io.out(`${JSON.stringify(toJson(SecretSchema, secret))}\n`);
  else io.err(`${name} is kept for ${secret.workflows.join(', ')}\n`);
  return EXIT.ok;
}

export async function secretList(context: Context): Promise<ExitCode> {
  const { io, json, clock } = context;
  const secrets = await allSecrets(context);
  if (json) {
    io.out(`${JSON.stringify({ secrets: secrets.map((secret) => toJson(SecretSchema, secret)) })}\n`);
    return EXIT.ok;
  }
  if (secrets.length === 0) {
    io.err('There are no secrets yet. Keep one: hero-logic secret set NAME --workflows FLOW < FILE\n');
    return EXIT.ok;
  }
  const changed = (secret: Secret) => ago(clock.now() - (timeFromPb(secret.updatedAt) ?? 0));
  const rows = secrets.map((secret) => [
    secret.name,
    secret.workflows.join(', '),
    changed(secret),
    secret.updatedBy,
    secret.namespace,
  ]);
  io.out(`${tableLines({ head: ['NAME', 'WORKFLOWS', 'CHANGED', 'BY', 'NAMESPACE'], rows, io }).join('\n')}\n`);
  return EXIT.ok;
}

export async function secretDelete({ io, json, clients }: Context, name: string): Promise<ExitCode> {
  await clients.secrets.deleteSecret({ name });
  io.out(json ? '{"ok":true}\n' : `${name} is forgotten\n`);
  return EXIT.ok;
}

/** Without the line end that editors and echo add. */
async function valueFromStdin({ io }: Context): Promise<string> {
  if (io.canAsk) io.err('Type or paste the value, then press Enter and Ctrl-D.\n');
  const text = decode(await io.readStdin(), 'the value').replace(/\r?\n$/, '');
  if (text === '') throw new UsageError('stdin is empty: the value comes from there, such as < FILE');
  return text;
}

async function allSecrets({ clients }: Context): Promise<Secret[]> {
  const secrets: Secret[] = [];
  let pageToken = '';
  do {
    const page = await clients.secrets.listSecrets({ pageSize: PAGE, pageToken });
    secrets.push(...page.secrets);
    pageToken = page.nextPageToken;
  } while (pageToken !== '');
  return secrets;
}
