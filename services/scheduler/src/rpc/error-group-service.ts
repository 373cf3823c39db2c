// ErrorGroupService: translates for who looks after failures.

import { create } from '@bufbuild/protobuf';
import type { ServiceImpl } from '@connectrpc/connect';
import { decodePageToken, encodePageToken, pageSize, principalOf, timeToPb } from '@hero-logic/platform';
import {
  ErrorGroupSchema,
  type ErrorGroup as PbErrorGroup,
  ErrorGroupState as PbState,
} from '@hero-logic/proto/herologic/scheduler/v1/error_group_pb';
import type { ErrorGroupService } from '@hero-logic/proto/herologic/scheduler/v1/error_group_service_pb';
import type { OperateDeps } from '../domain/commands/operate/deps.ts';
import { errorGroupNotFound } from '../domain/errors.ts';
import { decided, type ErrorGroup, type ErrorGroupState } from '../domain/failure/error-group.ts';
import { checkListedSids } from '../domain/listed-sids.ts';

export function createErrorGroupService(deps: OperateDeps): ServiceImpl<typeof ErrorGroupService> {
  const { errorGroups, clock } = deps;
  return {
    async listErrorGroups({ workflowSid, state, pageSize: asked, pageToken }, { requestHeader }) {
      const limit = pageSize(asked, 50, 200);
      const key = decodePageToken(pageToken);
      const after = key && { lastSeen: Number(key[0]) || 0, fingerprint: String(key[1]) };
      const { namespace } = principalOf(requestHeader);
      const query = { workflowSid, namespace, state: STATE_FROM_PB[state], after, limit: limit + 1 };
      const found = await errorGroups.list(query);
      if (found.length === 0 && after === undefined) {
        await checkListedSids(deps, { workflowSid, versionSid: '', parentPlaySid: '' });
      }
      const groups = found.slice(0, limit);
      const last = found.length > limit ? groups.at(-1) : undefined;
      return {
        groups: groups.map(groupToPb),
        nextPageToken: last === undefined ? '' : encodePageToken([last.lastSeen, last.fingerprint]),
      };
    },
    async getErrorGroup({ fingerprint }) {
      const group = await errorGroups.find(fingerprint);
      if (group === undefined) throw errorGroupNotFound(fingerprint);
      return groupToPb(group);
    },
    async setErrorGroupState({ fingerprint, state, by: claimed }, { requestHeader }) {
      const by = principalOf(requestHeader).name || claimed;
      const next = STATE_FROM_PB[state] ?? 'open';
      return groupToPb(await errorGroups.change(fingerprint, (group) => decided(group, next, by, clock.now())));
    },
  };
}

const STATE_FROM_PB: Record<PbState, ErrorGroupState | undefined> = {
  [PbState.UNSPECIFIED]: undefined,
  [PbState.OPEN]: 'open',
  [PbState.RESOLVED]: 'resolved',
  [PbState.IGNORED]: 'ignored',
};

const STATE_TO_PB: Record<ErrorGroupState, PbState> = {
  open: PbState.OPEN,
  resolved: PbState.RESOLVED,
  ignored: PbState.IGNORED,
};

function groupToPb(group: ErrorGroup): PbErrorGroup {
  const { changedAt } = group;
  return create(ErrorGroupSchema, {
    fingerprint: group.fingerprint,
    workflowSid: group.workflowSid,
    workflowName: group.workflowName,
    namespace: group.namespace,
    errorType: group.errorType,
    pattern: group.pattern,
    message: group.message,
    location: group.location,
    state: STATE_TO_PB[group.state],
    count: BigInt(group.count),
    versions: group.versions.map(({ number, count }) => ({ number, count: BigInt(count) })),
    firstSeen: timeToPb(group.firstSeen),
    lastSeen: timeToPb(group.lastSeen),
    firstPlaySid: group.firstPlaySid,
    lastPlaySid: group.lastPlaySid,
    ...(changedAt === undefined ? {} : { changedAt: timeToPb(changedAt) }),
    changedBy: group.changedBy,
    resolvedVersion: group.resolvedVersion,
    reopened: group.reopened,
  });
}
