// For tests: a bridge in a folder of its own, over tiny in-memory services.

import { mkdirSync } from 'node:fs';
import { request } from 'node:http';
import { join } from 'node:path';
import { create } from '@bufbuild/protobuf';
import { timestampFromMs } from '@bufbuild/protobuf/wkt';
import {
  createLocalTransport,
  createOpenGuard,
  HeroError,
  pathsFromEnv,
  type Routes,
  servicesOf,
  silentLog,
} from '@hero-logic/platform';
import { createTempDir } from '@hero-logic/platform/testing';
import { SpanService } from '@hero-logic/proto/herologic/executor/v1/span_service_pb';
import { ExampleService } from '@hero-logic/proto/herologic/registry/v1/example_service_pb';
import { LibraryService } from '@hero-logic/proto/herologic/registry/v1/library_service_pb';
import { WorkflowSchema } from '@hero-logic/proto/herologic/registry/v1/workflow_pb';
import { WorkflowService } from '@hero-logic/proto/herologic/registry/v1/workflow_service_pb';
import { type Play, PlaySchema, PlayStatus } from '@hero-logic/proto/herologic/scheduler/v1/play_pb';
import { PlayService } from '@hero-logic/proto/herologic/scheduler/v1/play_service_pb';
import { type BridgeDeps, buildBridge } from '../src/app.ts';

/** What the services were asked, by method name, and what ended early. */
interface Seen {
  readonly requests: [method: string, request: unknown][];
  aborted: number;
}

function tinyServices(seen: Seen): Routes[] {
  const plays = new Map<string, Play>();
  const note = (method: string, request: unknown) => seen.requests.push([method, request]);
  const playOf = (sid: string) => {
    const play = plays.get(sid);
    if (play === undefined) throw new HeroError('PLAY_NOT_FOUND', `no play ${sid}`, { metadata: { play_sid: sid } });
    return play;
  };
  const waits = new Map<string, () => void>();

  const play: Routes = (router) =>
    router.service(PlayService, {
      startPlay(request) {
        note('play_start', request);
        const sid = `p${plays.size + 1}`;
        const made = create(PlaySchema, {
          sid,
          name: request.name,
          status: PlayStatus.PENDING,
          inputData: request.inputData,
          tags: request.tags,
          hold: { by: 'Ada', at: timestampFromMs(7) },
          concurrencyLimit: request.concurrencyLimit,
          createdAt: timestampFromMs(1_700_000_000_123),
        });
        plays.set(sid, made);
        return made;
      },
      runPlayAsync(request) {
        note('play_run_async', request);
        return { playSid: 'p-async' };
      },
      getPlay: (request) => playOf(request.playSid),
      waitPlay(request, context) {
        note('play_wait', request);
        return new Promise((resolve, reject) => {
          waits.set(request.playSid, () => resolve(create(PlaySchema, { sid: request.playSid })));
          context.signal.addEventListener('abort', () => {
            seen.aborted++;
            reject(new HeroError('CANCELLED', 'the caller went away'));
          });
        });
      },
      resumePlay(request) {
        note('play_resume', request);
        waits.get(request.playSid)?.();
        return { ok: true, resumedAt: timestampFromMs(5) };
      },
      cancelPlay() {
        throw new Error('a bug with a secret');
      },
      async *watchPlay(request) {
        yield { seq: request.afterSeq + 1n };
      },
    });
  const workflow: Routes = (router) => {
    router.service(WorkflowService, {
      createWorkflow(request) {
        note('workflow_create', request);
        return create(WorkflowSchema, { sid: 'w1', name: request.name, tags: request.tags });
      },
      updateWorkflow(request) {
        note('workflow_update', request);
        return create(WorkflowSchema, { sid: request.workflowSid });
      },
      getWorkflow: () => create(WorkflowSchema, { sid: 'w1' }),
      deleteWorkflow: () => ({ ok: true }),
    });
    router.service(ExampleService, {
      upsertExample(request) {
        note('example_upsert', request);
        return { sid: 'e1', inputValues: request.inputValues, resumes: request.resumes };
      },
    });
    router.service(LibraryService, {
      searchLibrary: (r) => ({ workflowSids: r.query === 'none' ? [] : ['w1', 'w2'] }),
    });
  };
  const spans: Routes = (router) =>
    router.service(SpanService, { pushSpanEvent: () => ({ accepted: true }), listLogs: () => ({ nextSeq: 7n }) });
  return [play, workflow, spans];
}

export interface TestBridge {
  readonly url: string;
  readonly port: number;
  readonly folder: string;
  readonly seen: Seen;
  /** A call over TCP; gives the whole reply. */
  call(method: string, params?: unknown): Promise<Record<string, never>>;
  post(body: string | Uint8Array, headers?: Record<string, string>): Promise<HttpReply>;
  close(): Promise<void>;
}

export async function startTestBridge(overrides: Partial<BridgeDeps> = {}): Promise<TestBridge> {
  const folder = createTempDir();
  const seen: Seen = { requests: [], aborted: 0 };
  const routes = tinyServices(seen);
  mkdirSync(join(folder.path, 'dist'));
  const bridge = await buildBridge({
    routes,
    transport: createLocalTransport({ routes, log: silentLog }),
    services: servicesOf(routes),
    host: '127.0.0.1',
    port: 0,
    paths: pathsFromEnv({ PATH_ROOT: folder.path }),
    adminDist: join(folder.path, 'dist'),
    version: '1.2.3',
    guard: createOpenGuard('admin'),
    ownerGuard: createOpenGuard('admin'),
    signIn: undefined,
    log: silentLog,
    ...overrides,
  });
  const post = (body: string | Uint8Array, headers: Record<string, string> = {}) =>
    http({ port: bridge.port, method: 'POST', path: '/rpc', headers, body });
  return {
    url: bridge.address,
    port: bridge.port,
    folder: folder.path,
    seen,
    post,
    async call(method, params) {
      const { text } = await post(JSON.stringify({ jsonrpc: '2.0', id: 1, method, params }));
      return JSON.parse(text);
    },
    async close() {
      await bridge.close();
      folder.remove();
    },
  };
}

export interface HttpReply {
  readonly status: number;
  readonly text: string;
  readonly headers: Record<string, string | string[] | undefined>;
}

export interface HttpRequest {
  readonly port?: number;
  readonly socketPath?: string;
  readonly method?: string;
  readonly path: string;
  readonly headers?: Record<string, string>;
  readonly body?: string | Uint8Array;
}

/** One request over TCP or a Unix socket, with any Host and Origin. */
export function http(options: HttpRequest): Promise<HttpReply> {
  const { body, ...rest } = options;
  return new Promise((resolve, reject) => {
    const sent = request({ host: '127.0.0.1', agent: false, ...rest }, (response) => {
      const chunks: Buffer[] = [];
      response.on('data', (chunk: Buffer) => chunks.push(chunk));
      response.on('error', reject);
      response.on('end', () =>
        resolve({
          status: response.statusCode ?? 0,
          text: Buffer.concat(chunks).toString(),
          headers: response.headers,
        }),
      );
    });
    sent.on('error', reject);
    sent.end(body);
  });
}
