// Clients of the services behind one server address: Connect over HTTP/1.1.

import { type Client, createClient, type Interceptor, type Transport } from '@connectrpc/connect';
import { createConnectTransport } from '@connectrpc/connect-node';
import { BenchmarkService } from '@hero-logic/proto/herologic/bench/v1/benchmark_service_pb';
import { ChoiceService } from '@hero-logic/proto/herologic/bench/v1/choice_service_pb';
import { SpanService } from '@hero-logic/proto/herologic/executor/v1/span_service_pb';
import { AccessService } from '@hero-logic/proto/herologic/registry/v1/access_service_pb';
import { ExampleService } from '@hero-logic/proto/herologic/registry/v1/example_service_pb';
import { LibraryService } from '@hero-logic/proto/herologic/registry/v1/library_service_pb';
import { SecretService } from '@hero-logic/proto/herologic/registry/v1/secret_service_pb';
import { WorkflowService } from '@hero-logic/proto/herologic/registry/v1/workflow_service_pb';
import { BulkService } from '@hero-logic/proto/herologic/scheduler/v1/bulk_service_pb';
import { ErrorGroupService } from '@hero-logic/proto/herologic/scheduler/v1/error_group_service_pb';
import { HealthService } from '@hero-logic/proto/herologic/scheduler/v1/health_service_pb';
import { PlayService } from '@hero-logic/proto/herologic/scheduler/v1/play_service_pb';
import { RetentionService } from '@hero-logic/proto/herologic/scheduler/v1/retention_service_pb';
import { TriggerService } from '@hero-logic/proto/herologic/scheduler/v1/trigger_service_pb';
import { WebhookService } from '@hero-logic/proto/herologic/scheduler/v1/webhook_service_pb';

export interface Clients {
  readonly access: Client<typeof AccessService>;
  readonly secrets: Client<typeof SecretService>;
  readonly workflows: Client<typeof WorkflowService>;
  readonly examples: Client<typeof ExampleService>;
  readonly library: Client<typeof LibraryService>;
  readonly plays: Client<typeof PlayService>;
  readonly triggers: Client<typeof TriggerService>;
  readonly webhooks: Client<typeof WebhookService>;
  readonly bulk: Client<typeof BulkService>;
  readonly errorGroups: Client<typeof ErrorGroupService>;
  readonly retention: Client<typeof RetentionService>;
  readonly health: Client<typeof HealthService>;
  readonly spans: Client<typeof SpanService>;
  readonly benchmarks: Client<typeof BenchmarkService>;
  readonly choice: Client<typeof ChoiceService>;
}

export function createClients(server: string, env: CallerEnv = {}): Clients {
  const transport = createServerTransport(server, env);
  return {
    access: createClient(AccessService, transport),
    secrets: createClient(SecretService, transport),
    workflows: createClient(WorkflowService, transport),
    examples: createClient(ExampleService, transport),
    library: createClient(LibraryService, transport),
    plays: createClient(PlayService, transport),
    triggers: createClient(TriggerService, transport),
    webhooks: createClient(WebhookService, transport),
    bulk: createClient(BulkService, transport),
    errorGroups: createClient(ErrorGroupService, transport),
    retention: createClient(RetentionService, transport),
    health: createClient(HealthService, transport),
    spans: createClient(SpanService, transport),
    benchmarks: createClient(BenchmarkService, transport),
    choice: createClient(ChoiceService, transport),
  };
}

/** Who calls, and for which namespace. */
type CallerEnv = Readonly<Record<string, string | undefined>>;

export function createServerTransport(server: string, env: CallerEnv = {}): Transport {
  const { HERO_LOGIC_KEY: key = '', HERO_LOGIC_NAMESPACE: namespace = '' } = env;
  const headers = {
    ...(key === '' ? {} : { authorization: `Bearer ${key}` }),
    ...(namespace === '' ? {} : { 'x-hero-namespace': namespace }),
  };
  return createConnectTransport({ baseUrl: server, httpVersion: '1.1', interceptors: [withHeaders(headers)] });
}

function withHeaders(headers: Readonly<Record<string, string>>): Interceptor {
  return (next) => (req) => {
    for (const [name, value] of Object.entries(headers)) req.header.set(name, value);
    return next(req);
  };
}
