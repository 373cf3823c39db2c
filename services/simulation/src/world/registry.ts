// The registry of a simulated world: its flows, one version each. It never fails; the way to it does.

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
        const found = flows.find((f) => f.name === name || workflowSid(f.name) === sid || `v-${f.name}` === versionSid);
        if (found === undefined) throw new HeroError('WORKFLOW_NOT_FOUND', 'there is none');
        const version = `v-${found.name}`;
        return {
          workflow: { sid: workflowSid(found.name), name: found.name, currentVersionSid: version },
          version: {
            sid: version,
            workflowSid: workflowSid(found.name),
            number: 1,
            pythonSource: JSON.stringify({ ops: found.ops }),
            limits: { maxRunning: found.maxRunning, slotCost: found.slotCost },
          },
        };
      },
    });
  };
}
