// The registry of a simulated world: its flows with their versions. It never fails; the way to it does.

import { createLocalTransport, HeroError, type Routes, silentLog } from '@hero-logic/platform';
import { CatalogService } from '@hero-logic/proto/herologic/registry/v1/catalog_service_pb';
import type { Flow } from '../flow/program.ts';
import type { Loop } from '../virtual/loop.ts';
import type { Endpoint } from './network.ts';

export const workflowSid = (name: string) => `w-${name}`;

export function createRegistry(loop: Loop, flows: readonly Flow[]): Endpoint {
  const proc = loop.spawn('registry');
  const transport = createLocalTransport({ routes: [routes(flows)], log: silentLog });
  return { name: 'registry', serving: () => ({ proc, transport }), onGone: () => {} };
}

function routes(flows: readonly Flow[]): Routes {
  return (router) => {
    router.service(CatalogService, {
      resolveVersion({ workflow, versionSid }) {
        const sid = workflow.case === 'workflowSid' ? workflow.value : '';
        const name = workflow.case === 'name' ? workflow.value : '';
        const isAsked = (flow: Flow) =>
          workflow.case === undefined
            ? flow.versions.some((version) => version.sid === versionSid)
            : flow.name === name || workflowSid(flow.name) === sid;
        const found = flows.find(isAsked);
        if (found === undefined) throw new HeroError('WORKFLOW_NOT_FOUND', 'there is none');
        const at = versionSid === '' ? 0 : found.versions.findIndex((version) => version.sid === versionSid);
        const version = found.versions[at];
        if (version === undefined) throw new HeroError('VERSION_NOT_FOUND', 'there is none');
        return {
          workflow: { sid: workflowSid(found.name), name: found.name, currentVersionSid: found.versions[0]?.sid ?? '' },
          version: {
            sid: version.sid,
            workflowSid: workflowSid(found.name),
            number: at + 1,
            pythonSource: JSON.stringify({ ops: version.ops }),
            limits: { maxRunning: found.maxRunning, slotCost: found.slotCost },
          },
        };
      },
    });
  };
}
