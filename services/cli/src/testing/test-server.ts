// A small server of the services in memory, over a real socket: the seam for tests of argument reading, rendering and exit codes. It
// keeps flows as they are put and plays as a test has laid them down; it runs nothing.

import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { create, type MessageInitShape } from '@bufbuild/protobuf';
import { timestampFromMs } from '@bufbuild/protobuf/wkt';
import type { ConnectRouter } from '@connectrpc/connect';
import { connectNodeAdapter } from '@connectrpc/connect-node';
import { createOpenGuard, HeroError, rpcInterceptors, silentLog } from '@hero-logic/platform';
import { SpanKind, SpanStatus } from '@hero-logic/proto/herologic/executor/v1/span_pb';
import { type RecordedStepSchema, SpanService } from '@hero-logic/proto/herologic/executor/v1/span_service_pb';
import type { FlowFieldSchema } from '@hero-logic/proto/herologic/registry/v1/flow_field_pb';
import {
  type Workflow,
  WorkflowSchema,
  WorkflowVersionSchema,
} from '@hero-logic/proto/herologic/registry/v1/workflow_pb';
import { WorkflowService } from '@hero-logic/proto/herologic/registry/v1/workflow_service_pb';
import { type Play, PlayHoldSchema, PlaySchema, PlayStatus } from '@hero-logic/proto/herologic/scheduler/v1/play_pb';
import {
  PlayService,
  type StartPlayRequest,
  type WatchPlayRequest,
  WatchPlayResponseSchema,
} from '@hero-logic/proto/herologic/scheduler/v1/play_service_pb';

export type WatchStep = MessageInitShape<typeof WatchPlayResponseSchema> | 'break' | 'end' | (() => Promise<void>);

export interface TestServer {
  readonly url: string;
  readonly flows: Map<string, Workflow>;
  readonly sources: Map<string, string>;
  readonly plays: Map<string, Play>;
  /** What every play has recorded. */
  readonly steps: MessageInitShape<typeof RecordedStepSchema>[];
  /** What WatchPlay sends, one list per call. */
  readonly watches: WatchStep[][];
  readonly seen: {
    started: StartPlayRequest[];
    watched: WatchPlayRequest[];
    answers: string[][];
    cancelled: string[];
    terminated: string[];
  };
  /** What the next answers meet, before they count. */
  readonly answerErrors: HeroError[];
  /** Resolves when so many answers have been taken. */
  answered(count: number): Promise<void>;
  addFlow(name: string, inputs?: MessageInitShape<typeof FlowFieldSchema>[]): Workflow;
  addPlay(play: MessageInitShape<typeof PlaySchema>): Play;
  close(): Promise<void>;
}

export const AT = Date.parse('2026-01-01T00:00:00Z');

export async function createTestServer(): Promise<TestServer> {
  const world = createWorld();
  const routes = (router: ConnectRouter) => addRoutes(router, world);
  const http = createServer(
    connectNodeAdapter({ routes, interceptors: rpcInterceptors({ log: silentLog, guard: createOpenGuard('admin') }) }),
  );
  await new Promise<void>((resolve) => http.listen(0, '127.0.0.1', resolve));
  return {
    ...world,
    url: `http://127.0.0.1:${(http.address() as AddressInfo).port}`,
    close: () =>
      new Promise((resolve) => {
        http.close(() => resolve());
        http.closeAllConnections();
      }),
  };
}

type World = Omit<TestServer, 'url' | 'close'> & { takeAnswer(resumeId: string, payload: string): void };

function createWorld(): World {
  const waiting: { count: number; wake: () => void }[] = [];
  const answers: string[][] = [];
  const world: World = {
    answered: (count) => new Promise((wake) => (answers.length >= count ? wake() : waiting.push({ count, wake }))),
    flows: new Map(),
    sources: new Map(),
    plays: new Map(),
    steps: [],
    watches: [],
    seen: { started: [], watched: [], answers, cancelled: [], terminated: [] },
    answerErrors: [],
    takeAnswer(resumeId, payload) {
      answers.push([resumeId, payload]);
      for (const w of waiting) if (answers.length >= w.count) w.wake();
    },
    addFlow(name, inputs = []) {
      const flow = create(WorkflowSchema, {
        sid: `flow-${name}`,
        name,
        createdAt: timestampFromMs(AT),
        updatedAt: timestampFromMs(AT),
      });
      world.flows.set(name, flow);
      addVersion(world, flow, `# ${name}`, inputs, true);
      return flow;
    },
    addPlay(init) {
      const play = create(PlaySchema, {
        workflowName: 'invoice',
        versionNumber: 1,
        createdAt: timestampFromMs(AT),
        ...init,
      });
      world.plays.set(play.sid, play);
      return play;
    },
  };
  return world;
}

function addVersion(
  world: World,
  flow: Workflow,
  source: string,
  inputs: MessageInitShape<typeof FlowFieldSchema>[],
  current: boolean,
) {
  if (source.includes('BROKEN')) {
    const line = source.split('\n').findIndex((text) => text.includes('BROKEN')) + 1;
    throw new HeroError('INVALID_SOURCE', `line ${line}, column 3: invalid syntax`, {
      violations: [{ field: 'python_source', description: `line ${line}, column 3: invalid syntax` }],
    });
  }
  const known = flow.versions.find((v) => world.sources.get(v.sid) === source);
  if (known !== undefined) return known;
  const number = flow.versions.length + 1;
  const version = create(WorkflowVersionSchema, {
    sid: `${flow.sid}-v${number}`,
    workflowSid: flow.sid,
    number,
    label: `v${number}`,
    inputs,
    createdAt: timestampFromMs(AT),
  });
  world.sources.set(version.sid, source);
  flow.versions.unshift(version);
  if (current || number === 1) flow.currentVersionSid = version.sid;
  return version;
}

function addRoutes(router: ConnectRouter, world: World): void {
  const bySid = (sid: string): Workflow => {
    const flow = [...world.flows.values()].find((f) => f.sid === sid);
    if (flow === undefined) throw new HeroError('WORKFLOW_NOT_FOUND', `there is no workflow "${sid}"`);
    return flow;
  };
  router.service(WorkflowService, {
    createWorkflow(req) {
      if (world.flows.has(req.name)) throw new HeroError('WORKFLOW_NAME_TAKEN', `the name "${req.name}" is taken`);
      const { name, description, tags } = req;
      const flow = create(WorkflowSchema, {
        sid: `flow-${name}`,
        name,
        description,
        tags,
        updatedAt: timestampFromMs(AT),
      });
      addVersion(world, flow, req.pythonSource, [], true);
      world.flows.set(name, flow);
      return flow;
    },
    getWorkflow({ workflow }) {
      const flow = workflow.case === 'name' ? world.flows.get(workflow.value) : bySid(workflow.value ?? '');
      if (flow === undefined) throw new HeroError('WORKFLOW_NOT_FOUND', `there is no workflow "${workflow.value}"`);
      return flow;
    },
    listWorkflows: () => ({ workflows: [...world.flows.values()] }),
    updateWorkflow(req) {
      const flow = bySid(req.workflowSid);
      if (req.description !== undefined) flow.description = req.description;
      if (req.tags !== undefined) flow.tags = req.tags.tags;
      return flow;
    },
    createVersion: (req) => addVersion(world, bySid(req.workflowSid), req.pythonSource, [], req.setCurrent),
    getVersion: ({ versionSid }) => {
      const version = [...world.flows.values()].flatMap((f) => f.versions).find((v) => v.sid === versionSid);
      if (version === undefined) throw new HeroError('VERSION_NOT_FOUND', `there is no version "${versionSid}"`);
      return { ...version, pythonSource: world.sources.get(versionSid) ?? '' };
    },
    setCurrentVersion(req) {
      const flow = bySid(req.workflowSid);
      flow.currentVersionSid = req.versionSid;
      return flow;
    },
  });
  addPlayRoutes(router, world);
  addSpanRoutes(router, world);
}

const ROOT = {
  ...{ spanId: 's', name: 'main', kind: SpanKind.FLOW_ROOT, status: SpanStatus.OK },
  ...{ attempt: 1, seq: 1n },
};

/** One step and one span a page. */
function addSpanRoutes(router: ConnectRouter, world: World): void {
  router.service(SpanService, {
    listSteps: ({ after }) => ({
      steps: world.steps.slice(Number(after), Number(after) + 1),
      next: Number(after) + 1 < world.steps.length ? after + 1n : 0n,
    }),
    listSpans: ({ afterSeq }) => ({ spans: afterSeq > 0n ? [] : [ROOT], nextSeq: 1n }),
    getSkeleton: () => ({ spans: [ROOT] }),
    listLogs: () => ({ logs: [] }),
  });
}

function addPlayRoutes(router: ConnectRouter, world: World): void {
  const playOf = (sid: string): Play => {
    const play = world.plays.get(sid);
    if (play === undefined) throw new HeroError('PLAY_NOT_FOUND', `there is no play "${sid}"`);
    return play;
  };
  router.service(PlayService, {
    startPlay(req) {
      world.seen.started.push(req);
      return world.plays.values().next().value ?? world.addPlay({ sid: 'play-1', status: PlayStatus.PENDING });
    },
    getPlay: ({ playSid }) => playOf(playSid),
    waitPlay: ({ playSid }) => playOf(playSid),
    listPlays: ({ status }) => ({
      plays: [...world.plays.values()].filter((p) => status.length === 0 || status.includes(p.status)),
    }),
    cancelPlay(req) {
      world.seen.cancelled.push(req.reason);
      const play = playOf(req.playSid);
      if (play.status < PlayStatus.SUCCESS) play.status = PlayStatus.CANCELLED;
      return play;
    },
    terminatePlay(req) {
      world.seen.terminated.push(req.reason);
      const play = playOf(req.playSid);
      play.status = PlayStatus.CANCELLED;
      return play;
    },
    pausePlay({ playSid, by, reason }) {
      const play = playOf(playSid);
      if (play.status >= PlayStatus.SUCCESS) throw new HeroError('PLAY_ENDED', `play ${playSid} has ended`);
      play.hold ??= create(PlayHoldSchema, { at: timestampFromMs(AT), by, reason });
      return play;
    },
    unpausePlay({ playSid }) {
      const play = playOf(playSid);
      delete play.hold;
      return play;
    },
    resumePlay(req) {
      const error = world.answerErrors.shift();
      if (error !== undefined) throw error;
      world.takeAnswer(req.resumeId, req.payloadJson);
      return { ok: true, resumedAt: timestampFromMs(AT) };
    },
    async *watchPlay(req, { signal }) {
      world.seen.watched.push(req);
      playOf(req.playSid);
      for (const step of world.watches.shift() ?? []) {
        if (step === 'end') return;
        if (typeof step === 'function') {
          await step();
          continue;
        }
        if (step === 'break') throw new HeroError('UNAVAILABLE', 'the server is going away');
        yield create(WatchPlayResponseSchema, step);
      }
      await new Promise((resolve) => signal.addEventListener('abort', resolve, { once: true }));
    },
  });
}
