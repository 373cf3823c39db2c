// The way out of a play with network `hosts`: admitted at the proxy while it runs, each of its calls a span, below the one that
// made it.

import type { PlayRecord } from '../ingest/play-record.ts';
import type { Interpreter } from '../interpreters/interpreter.ts';
import type { OutsideCall, OutsideCallEnd } from '../proxy/proxy.ts';
import { brokerHosts } from './broker.ts';
import type { LimitedRun } from './context.ts';
import type { Hider } from './hider.ts';
import { createOwnSpans } from './own-spans.ts';

export interface OutsideOfPlay {
  readonly env: Readonly<Record<string, string>>;
  close(): Promise<void>;
}

/** Calls that are recorded as spans. */
const MAX_SPANS = 1000;

/** Which span has made a connection, by the port of the play's end of it. */
export interface Callers {
  note(port: number, spanId: string): void;
  /** undefined: nobody has said. */
  spanOf(port: number): string | undefined;
}

export function createCallers(): Callers {
  const spans = new Map<number, string>();
  const isPort = (port: number) => port > 0 && port < 65_536;
  return {
    note: (port, spanId) => void (isPort(port) && spans.set(port, spanId)),
    spanOf: (port) => spans.get(port),
  };
}

export interface OutsideOptions {
  readonly run: LimitedRun;
  readonly openRecord: () => Promise<PlayRecord>;
  readonly process: Interpreter;
  readonly callers: Callers;
  /** Of what the play asks for: a host is made of anything. */
  readonly hider: Hider;
}

export function openOutside({ run, openRecord, process, callers, hider }: OutsideOptions): OutsideOfPlay {
  const { proxy, clock } = run.deps;
  if (run.limits.network !== 'hosts' || proxy === undefined) return { env: {}, close: async () => {} };
  const opened = openRecord().then((record) => ({ record, spans: createOwnSpans(record, clock, run.claim.attempt) }));
  opened.catch(() => {}); // said by the run itself
  let calls = 0;

  function onCall({ host: asked, port, method, from }: OutsideCall): (end: OutsideCallEnd) => void {
    calls += 1;
    if (calls === MAX_SPANS + 1) run.warnings.push(`only the first ${MAX_SPANS} connections of the play are recorded`);
    if (calls > MAX_SPANS) return () => {};
    const host = hider.hide(asked);
    const shown = `${host.slice(0, 253)}:${port}`;
    const span = { name: `net:${host.slice(0, 150)}`, title: `${method} ${shown}`, tags: { host, port, method } };
    // What the play has said of the connection was sent before it was used, and is read in this turn of the loop at the latest.
    const begun = Promise.all([opened, nextTurn()]).then(([{ record, spans }]) => {
      const maker = callers.spanOf(from);
      return spans.begin({ ...span, parentId: maker === undefined ? undefined : record.tree.openAbove(maker) });
    });
    return ({ bytesOut, bytesIn, error }) => {
      const tags = { bytes_out: bytesOut, bytes_in: bytesIn };
      const told = error && { type: error.type, message: hider.hide(error.message), traceback: '' };
      void begun.then((end) => end({ tags, error: told })).catch(() => {});
    };
  }

  const leave = proxy.admit({
    token: process.proxyToken,
    hosts: run.limits.hosts,
    given: brokerHosts(run),
    onCall,
  });
  const url = `http://127.0.0.1:${proxy.port}`;
  const env = { HTTP_PROXY: url, HTTPS_PROXY: url, http_proxy: url, https_proxy: url };
  return { env, close: leave };
}

function nextTurn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
