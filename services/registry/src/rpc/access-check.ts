// AccessCheckService: what the doors of the services ask.

import type { ServiceImpl } from '@connectrpc/connect';
import { roleToPb } from '@hero-logic/platform';
import type { AccessCheckService } from '@hero-logic/proto/herologic/registry/v1/access_check_service_pb';
import { checkApiKey } from '../domain/access/commands.ts';
import { auditEventFromPb } from './access.codec.ts';
import type { AccessHandlerDeps } from './access.ts';

export function createAccessCheckHandlers(deps: AccessHandlerDeps): ServiceImpl<typeof AccessCheckService> {
  return {
    async checkApiKey({ sid, secretSha256 }) {
      const { name, role, namespaces = [] } = await checkApiKey(deps, sid, secretSha256);
      return { name, role: roleToPb(role), namespaces: [...namespaces] };
    },
    async recordAuditEvents({ events }) {
      await deps.audit.add(events.map(auditEventFromPb));
      return {};
    },
  };
}
