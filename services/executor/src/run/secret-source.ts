// Where a play's secrets come from: those of the configuration of this executor, and behind them those that the registry keeps sealed.

import { createClient, type Transport } from '@connectrpc/connect';
import type { Clock } from '@hero-logic/platform';
import { SecretReadService } from '@hero-logic/proto/herologic/registry/v1/secret_read_service_pb';
import { refusedSecret, type Secrets, secretFor, withinLengths } from '../domain/secrets.ts';
import type { Catalog } from './catalog.ts';
import { withRetry } from './retry.ts';

const WITHIN_MS = 10_000;

export interface SecretSourceDeps {
  readonly configured: Secrets;
  readonly catalog: Catalog;
  readonly registry: Transport;
  readonly clock: Clock;
}

/** The value for a play of this version. Rejects with PERMISSION_DENIED in the same words whether there is no such secret or it is for others. */
export type SecretSource = (name: string, versionSid: string, abort: AbortSignal) => Promise<string>;

export function createSecretSource({ configured, catalog, registry, clock }: SecretSourceDeps): SecretSource {
  const client = createClient(SecretReadService, registry);
  return async (name, versionSid, abort) => {
    const retry = <T>(call: () => Promise<T>) => withRetry({ clock, withinMs: WITHIN_MS, abort }, call);
    const workflow = await retry(() => catalog.workflowOf(versionSid));
    if (configured.has(name)) return secretFor(configured, name, workflow);
    const { value } = await retry(() => client.readSecret({ name, versionSid }));
    if (value === undefined) throw refusedSecret(name, workflow.name);
    return withinLengths(name, value);
  };
}
