// The composition root of the bench: the only file that knows every layer.

import type { Transport } from '@connectrpc/connect';
import {
  type Clock,
  createSchemaCheck,
  type Log,
  type NewSid,
  type Service,
  type ServiceStore,
  type Signals,
} from '@hero-logic/platform';
import { BenchmarkService } from '@hero-logic/proto/herologic/bench/v1/benchmark_service_pb';
import { ChoiceService } from '@hero-logic/proto/herologic/bench/v1/choice_service_pb';
import { createLibrary } from './clients/library.ts';
import { createPlays } from './clients/plays.ts';
import { createBenchLoop } from './loops/bench-loop.ts';
import { createBenchmarkService } from './rpc/benchmark-service.ts';
import { createChoiceService } from './rpc/choice-service.ts';
import { createMongoBenchmarkStore } from './storage/benchmark-store.mongo.ts';
import { createSqliteBenchmarkStore } from './storage/benchmark-store.sqlite.ts';

interface BenchNeeds {
  readonly clock: Clock;
  readonly newSid: NewSid;
  readonly log: Log;
  readonly signals: Signals;
  /** WorkflowService, CatalogService, ExampleService. */
  readonly registry: Transport;
  /** PlayService. */
  readonly scheduler: Transport;
  /** SpanService. */
  readonly executor: Transport;
  /** Name of a flow that rates requests; empty = their text alone. */
  readonly ratingFlow: string;
  /** Share of the choices of a version that are made to learn more, 0 (none) to 1. */
  readonly exploration: number;
}

export type BenchDeps = BenchNeeds & ServiceStore;

export function buildBench(deps: BenchDeps): Service {
  const { clock, newSid, signals, ratingFlow, exploration } = deps;
  const log = deps.log.child({ service: 'bench' });
  const store =
    'mongo' in deps ? createMongoBenchmarkStore(deps.mongo) : createSqliteBenchmarkStore(deps.db, deps.commit);
  const library = createLibrary(deps.registry);
  const plays = createPlays(deps);
  const schemas = createSchemaCheck();
  const closing = new AbortController();
  return {
    name: 'bench',
    routes: (router) => {
      router.service(
        BenchmarkService,
        createBenchmarkService({ store, library, plays, schemas, clock, newSid, signals, closing: closing.signal }),
      );
      router.service(ChoiceService, createChoiceService({ store, library, plays, ratingFlow, exploration }));
    },
    loops: [createBenchLoop({ store, library, plays, schemas, clock, log, signals })],
    async close() {
      closing.abort();
    },
  };
}
