// SecretService and SecretReadService: decode, one command or query, encode. A value is in no reply but the one to an executor.

import { create } from '@bufbuild/protobuf';
import type { ServiceImpl } from '@connectrpc/connect';
import {
  type Clock,
  DEFAULT_NAMESPACE,
  decodePageToken,
  encodePageToken,
  namespaceToUse,
  pageSize,
  principalOf,
  timeToPb,
  type Vault,
} from '@hero-logic/platform';
import { type Secret as PbSecret, SecretSchema } from '@hero-logic/proto/herologic/registry/v1/secret_pb';
import type { SecretReadService } from '@hero-logic/proto/herologic/registry/v1/secret_read_service_pb';
import type { SecretService } from '@hero-logic/proto/herologic/registry/v1/secret_service_pb';
import type { SecretStore } from '../domain/access/ports.ts';
import { changedSecret, keyOfSecret, noSecret, type Secret, secretValue } from '../domain/access/secret.ts';
import { versionBySid, workflowBySid } from '../domain/commands/find.ts';
import type { WorkflowStore } from '../domain/ports.ts';

const PAGE = 100;
const MOST = 1000;

export interface SecretHandlerDeps {
  readonly secrets: SecretStore;
  readonly workflows: WorkflowStore;
  readonly vault: Vault;
  readonly clock: Clock;
}

export function createSecretHandlers({ secrets, vault, clock }: SecretHandlerDeps): ServiceImpl<typeof SecretService> {
  return {
    async setSecret({ name, value, workflows }, { requestHeader }) {
      const place = { namespace: namespaceToUse(requestHeader), name };
      const by = principalOf(requestHeader).name;
      const change = { ...place, value, workflows, by, now: clock.now() };
      return secretToPb(await secrets.change(place, (present) => changedSecret(present, change, vault)));
    },

    async listSecrets(req, { requestHeader }) {
      const [afterNamespace, afterName] = decodePageToken(req.pageToken) ?? [];
      const after =
        afterName === undefined ? undefined : { namespace: String(afterNamespace), name: String(afterName) };
      const limit = pageSize(req.pageSize, PAGE, MOST);
      const found = await secrets.list(principalOf(requestHeader).namespace, after, limit + 1);
      const page = found.slice(0, limit);
      const last = found.length > limit ? page.at(-1) : undefined;
      return {
        secrets: page.map(secretToPb),
        nextPageToken: last === undefined ? '' : encodePageToken([last.namespace, last.name]),
      };
    },

    async deleteSecret({ name }, { requestHeader }) {
      if (!(await secrets.remove({ namespace: namespaceToUse(requestHeader), name }))) throw noSecret(name);
      return { ok: true };
    },
  };
}

export function createSecretReadHandlers(deps: SecretHandlerDeps): ServiceImpl<typeof SecretReadService> {
  const { secrets, workflows, vault } = deps;
  return {
    async readSecret({ name, versionSid }) {
      const { workflowSid } = await versionBySid(workflows, versionSid);
      const workflow = await workflowBySid(workflows, workflowSid);
      const secret = await secrets.get({ namespace: workflow.namespace ?? DEFAULT_NAMESPACE, name });
      return { value: secret && secretValue(secret, workflow.name, vault) };
    },
  };
}

function secretToPb(secret: Secret): PbSecret {
  const { namespace, name, workflows, createdAt, updatedAt, updatedBy } = secret;
  return create(SecretSchema, {
    namespace,
    name,
    workflows: [...workflows],
    createdAt: timeToPb(createdAt),
    updatedAt: timeToPb(updatedAt),
    updatedBy,
    keyId: keyOfSecret(secret),
  });
}
