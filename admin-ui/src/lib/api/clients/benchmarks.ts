import { createClient } from '@connectrpc/connect';
import { BenchmarkService } from '@hero-logic/proto/herologic/bench/v1/benchmark_service_pb';
import { transport } from '../transport.ts';

export const benchmarks = createClient(BenchmarkService, transport);
