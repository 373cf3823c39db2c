// AccessService: decode, one command or query, encode. Who the caller is stands in the headers that the door wrote.

import type { ServiceImpl } from '@connectrpc/connect';
import {
  decodePageToken,
  encodePageToken,
  pageSize,
  principalOf,
  roleFromPb,
  roleToPb,
  timeFromPb,
} from '@hero-logic/platform';
import type { AccessService } from '@hero-logic/proto/herologic/registry/v1/access_service_pb';
import { type ApiKeyDeps, createApiKey, revokeApiKey, rotateApiKey } from '../domain/access/commands.ts';
import type { AuditStore } from '../domain/access/ports.ts';
import { apiKeyToPb, auditEventToPb } from './access.codec.ts';

const PAGE = 100;
const MOST = 1000;
const DEFAULT_GRACE_S = 86_400;

export interface AccessHandlerDeps extends ApiKeyDeps {
  readonly audit: AuditStore;
}

export function createAccessHandlers(deps: AccessHandlerDeps): ServiceImpl<typeof AccessService> {
  const { keys, audit, clock } = deps;
  return {
    async createApiKey({ name, role, namespaces, expiresAt }, { requestHeader }) {
      const { key, text } = await createApiKey(deps, {
        name,
        role: roleFromPb(role),
        namespaces,
        createdBy: principalOf(requestHeader).name,
        expiresAt: expiresAt && timeFromPb(expiresAt),
      });
      return { apiKey: apiKeyToPb(key, clock.now()), text };
    },

    async listApiKeys(req) {
      const [afterName = ''] = decodePageToken(req.pageToken) ?? [];
      const limit = pageSize(req.pageSize, PAGE, MOST);
      const found = await keys.list(String(afterName), limit + 1);
      const page = found.slice(0, limit);
      const last = found.length > limit ? page.at(-1) : undefined;
      return {
        apiKeys: page.map((key) => apiKeyToPb(key, clock.now())),
        nextPageToken: last === undefined ? '' : encodePageToken([last.name]),
      };
    },

    async rotateApiKey({ sid, graceS }) {
      const { key, text } = await rotateApiKey(deps, sid, (graceS ?? DEFAULT_GRACE_S) * 1000);
      return { apiKey: apiKeyToPb(key, clock.now()), text };
    },

    revokeApiKey: async ({ sid }) => apiKeyToPb(await revokeApiKey(deps, sid), clock.now()),

    async listAuditEvents(req) {
      const [beforeSid = ''] = decodePageToken(req.pageToken) ?? [];
      const limit = pageSize(req.pageSize, PAGE, MOST);
      const found = await audit.list({ caller: req.caller, beforeSid: String(beforeSid), limit: limit + 1 });
      const page = found.slice(0, limit);
      const last = found.length > limit ? page.at(-1) : undefined;
      return {
        events: page.map(auditEventToPb),
        nextPageToken: last === undefined ? '' : encodePageToken([last.sid]),
      };
    },

    whoAmI(_req, { requestHeader }) {
      const { name, role, namespace = '' } = principalOf(requestHeader);
      return { name, role: roleToPb(role), namespace };
    },
  };
}
