import { createClient } from '@connectrpc/connect';
import { BenchmarkService } from '@hero-logic/proto/herologic/bench/v1/benchmark_service_pb';
import { SpanService } from '@hero-logic/proto/herologic/executor/v1/span_service_pb';
import { LibraryService } from '@hero-logic/proto/herologic/registry/v1/library_service_pb';
import { WorkflowService } from '@hero-logic/proto/herologic/registry/v1/workflow_service_pb';
import { PlayService } from '@hero-logic/proto/herologic/scheduler/v1/play_service_pb';
import { transport } from './transport.ts';

export const plays = createClient(PlayService, transport);
export const spans = createClient(SpanService, transport);
export const workflows = createClient(WorkflowService, transport);
export const library = createClient(LibraryService, transport);
export const benchmarks = createClient(BenchmarkService, transport);
