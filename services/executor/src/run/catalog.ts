// Versions are immutable, so what was resolved once is kept: the sources used last, up to a number of characters in all.

import { type Client, createClient, type Transport } from '@connectrpc/connect';
import { DEFAULT_NAMESPACE } from '@hero-logic/platform';
import { CatalogService } from '@hero-logic/proto/herologic/registry/v1/catalog_service_pb';
import type { PackageRequest } from '../packages/environments.ts';

export interface RunnableVersion {
  readonly sid: string;
  readonly source: string;
  /** Whose its workflow is. */
  readonly namespace: string;
  /** Name of the flow to call; empty = as the workflow is called. */
  readonly entry: string;
  /** What it asks for in its PEP 723 block. */
  readonly packages: PackageRequest;
  readonly limits: {
    readonly wallMs: number;
    readonly cpuS: number;
    readonly memoryMb: number;
    readonly network: string;
    readonly hosts: readonly string[];
    readonly diskMb: number;
    readonly openFiles: number;
    readonly threads: number;
    readonly outputKb: number;
    readonly maxSpans: number;
    readonly linesPerS: number;
    readonly lineKb: number;
    /** Slots that a play takes; 0 = 1. */
    readonly slotCost: number;
    /** "stop" fails a play whose replay differs from what was recorded; anything else warns. */
    readonly onDivergence: string;
    /** What it may ask of the services: "write"; anything else is read. */
    readonly services: string;
    /** "version": plays of the version share a process one after the other; anything else is a process for each. */
    readonly isolation: string;
  };
}

export interface FoundWorkflow {
  readonly workflow_sid: string;
  readonly name: string;
  readonly version_sid: string;
  readonly number: number;
  readonly source: string;
}

export interface Catalog {
  version(versionSid: string): Promise<RunnableVersion>;
  /** The version, when it is kept, at once. */
  known(versionSid: string): RunnableVersion | undefined;
  /** The workflow of a version, as it is called now. */
  workflowOf(versionSid: string): Promise<{ readonly name: string; readonly namespace: string }>;
  /** A workflow by name, in its current version or in a given one, for a play of the version `beside`. */
  lookup(name: string, versionSid: string, beside: string): Promise<FoundWorkflow>;
}

const MAX_CHARACTERS = 32 * 1024 * 1024;

export function createCatalog(transport: Transport): Catalog {
  const client: Client<typeof CatalogService> = createClient(CatalogService, transport);
  const kept = new Map<string, RunnableVersion>();
  const underWay = new Map<string, Promise<RunnableVersion>>();
  let characters = 0;

  async function resolve(versionSid: string): Promise<RunnableVersion> {
    const { workflow, version } = await client.resolveVersion({
      workflow: { case: undefined },
      versionSid,
      withSource: true,
    });
    const { wallMs = 0n, cpuS = 0, memoryMb = 0, network = '', slotCost = 0, ...rest } = version?.limits ?? {};
    const {
      onDivergence = '',
      services = '',
      isolation = '',
    } = rest as { onDivergence?: string; services?: string; isolation?: string };
    const { hosts = [], diskMb = 0, openFiles = 0, threads = 0, outputKb = 0, maxSpans = 0 } = version?.limits ?? {};
    const { linesPerS = 0, lineKb = 0 } = version?.limits ?? {};
    const further = { hosts, diskMb, openFiles, threads, outputKb, maxSpans, linesPerS, lineKb };
    return {
      sid: versionSid,
      source: version?.pythonSource ?? '',
      namespace: workflow?.namespace || DEFAULT_NAMESPACE,
      entry: version?.entry ?? '',
      packages: { dependencies: version?.dependencies ?? [], requiresPython: version?.requiresPython ?? '' },
      limits: {
        wallMs: Number(wallMs),
        cpuS,
        memoryMb,
        network,
        slotCost,
        onDivergence,
        services,
        isolation,
        ...further,
      },
    };
  }

  function keep(version: RunnableVersion): void {
    kept.set(version.sid, version);
    characters += version.source.length;
    for (const [sid, oldest] of kept) {
      if (characters <= MAX_CHARACTERS || sid === version.sid) return;
      kept.delete(sid);
      characters -= oldest.source.length;
    }
  }

  function known(versionSid: string): RunnableVersion | undefined {
    const found = kept.get(versionSid);
    if (found === undefined) return undefined;
    kept.delete(versionSid);
    kept.set(versionSid, found);
    return found;
  }

  return {
    async version(versionSid) {
      const found = known(versionSid);
      if (found !== undefined) return found;
      const asked = underWay.get(versionSid);
      if (asked !== undefined) return asked;
      const resolving = resolve(versionSid).finally(() => underWay.delete(versionSid));
      underWay.set(versionSid, resolving);
      const version = await resolving;
      if (!kept.has(versionSid)) keep(version);
      return version;
    },
    known,
    async workflowOf(versionSid) {
      const { workflow } = await client.resolveVersion({
        workflow: { case: undefined },
        versionSid,
        withSource: false,
      });
      return { name: workflow?.name ?? '', namespace: workflow?.namespace || DEFAULT_NAMESPACE };
    },
    async lookup(name, versionSid, beside) {
      const reply = await client.resolveVersion({
        workflow: { case: 'name', value: name },
        versionSid,
        besideVersionSid: beside,
        withSource: true,
      });
      return {
        workflow_sid: reply.workflow?.sid ?? '',
        name: reply.workflow?.name ?? name,
        version_sid: reply.version?.sid ?? '',
        number: reply.version?.number ?? 0,
        source: reply.version?.pythonSource ?? '',
      };
    },
  };
}
