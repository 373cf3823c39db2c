// Asks the services where a thing is: of most things that is where its workflow is. What is for all is in no one namespace.

import { Code, createClient, type Transport } from '@connectrpc/connect';
import { BenchmarkService } from '@hero-logic/proto/herologic/bench/v1/benchmark_service_pb';
import { CatalogService } from '@hero-logic/proto/herologic/registry/v1/catalog_service_pb';
import { ExampleService } from '@hero-logic/proto/herologic/registry/v1/example_service_pb';
import { WorkflowService } from '@hero-logic/proto/herologic/registry/v1/workflow_service_pb';
import { BulkService } from '@hero-logic/proto/herologic/scheduler/v1/bulk_service_pb';
import { ErrorGroupService } from '@hero-logic/proto/herologic/scheduler/v1/error_group_service_pb';
import { PlayService } from '@hero-logic/proto/herologic/scheduler/v1/play_service_pb';
import { TriggerService } from '@hero-logic/proto/herologic/scheduler/v1/trigger_service_pb';
import { WebhookService } from '@hero-logic/proto/herologic/scheduler/v1/webhook_service_pb';
import { ALL_NAMESPACES, DEFAULT_NAMESPACE } from '../access/namespace.ts';
import type { NamespaceDirectory, SidKind } from '../access/scope.ts';
import { toHeroError } from '../errors/connect.ts';
import { REASONS } from '../errors/reasons.ts';

/** The transport reaches every service, as a service. */
export function createNamespaceDirectory(transport: Transport): NamespaceDirectory {
  const workflows = createClient(WorkflowService, transport);
  const catalog = createClient(CatalogService, transport);
  const examples = createClient(ExampleService, transport);
  const plays = createClient(PlayService, transport);
  const triggers = createClient(TriggerService, transport);
  const benchmarks = createClient(BenchmarkService, transport);
  const errorGroups = createClient(ErrorGroupService, transport);
  const webhooks = createClient(WebhookService, transport);
  const bulk = createClient(BulkService, transport);
  const ofWorkflow = async (value: string) =>
    (await workflows.getWorkflow({ workflow: { case: 'workflowSid', value } })).namespace;
  const ask: Record<SidKind, (sid: string) => Promise<string | undefined>> = {
    workflow: ofWorkflow,
    version: async (versionSid) => (await catalog.resolveVersion({ versionSid })).workflow?.namespace,
    example: async (exampleSid) => ofWorkflow((await examples.getExample({ exampleSid })).workflowSid),
    play: async (playSid) => (await plays.getPlay({ playSid, withSpans: false })).namespace,
    trigger: async (triggerSid) => ofWorkflow((await triggers.getTrigger({ triggerSid })).workflowSid),
    benchmark: async (benchmarkSid) => ofWorkflow((await benchmarks.getBenchmark({ benchmarkSid })).workflowSid),
    error_group: async (fingerprint) => (await errorGroups.getErrorGroup({ fingerprint })).namespace || ALL_NAMESPACES,
    webhook: async (webhookSid) => (await webhooks.getWebhook({ webhookSid })).namespace || ALL_NAMESPACES,
    bulk_job: async (jobSid) => (await bulk.getBulkJob({ jobSid })).namespace || ALL_NAMESPACES,
  };
  return {
    async namespaceOf(kind, sid) {
      try {
        return (await ask[kind](sid)) || DEFAULT_NAMESPACE;
      } catch (error) {
        const hero = toHeroError(error);
        // What is no sid at all is nowhere either.
        const isNowhere = [Code.NotFound, Code.InvalidArgument].some((code) => REASONS[hero.reason] === code);
        if (isNowhere) return undefined;
        throw hero;
      }
    },
  };
}
