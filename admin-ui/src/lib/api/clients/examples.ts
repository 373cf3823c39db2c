import { createClient } from '@connectrpc/connect';
import { ExampleService } from '@hero-logic/proto/herologic/registry/v1/example_service_pb';
import { transport } from '../transport.ts';

export const examples = createClient(ExampleService, transport);
