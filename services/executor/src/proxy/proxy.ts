/**
 * The forward proxy of the executor: the only thing that a play with network `hosts` can reach. Plain HTTP (absolute
 * addresses) and CONNECT.
 *
 * - It listens on loopback. A connection begins with the line `TOKEN\n`, which the zygote writes before it hands the
 *   connection to the play: a play can neither leave it out nor choose it. Without a live token it is closed.
 * - Each request is checked against the hosts of the version and, once looked up, against closed addresses; it goes to the
 *   address that was checked. Each is told to `onCall` with host, bytes and time, refused ones too.
 */

import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { createServer as createHttpServer, type IncomingMessage, request, STATUS_CODES } from 'node:http';
import { type AddressInfo, createServer, type Socket } from 'node:net';
import { pipeline } from 'node:stream';
import { type AllowList, createAllowList, createOpenPlaces, type Endpoint } from './allow-list.ts';
import { checkedAddress, connectTo, type Outside, Refusal, type Resolve, resolveHost } from './connect-out.ts';

/** One request of a play, while it lasts. */
export interface OutsideCall {
  readonly host: string;
  readonly port: number;
  /** GET, POST, ... or CONNECT. */
  readonly method: string;
  /** Port of the play's end of the connection. */
  readonly from: number;
}

export interface OutsideCallEnd {
  readonly bytesOut: number;
  readonly bytesIn: number;
  readonly error?: { readonly type: string; readonly message: string } | undefined;
}

export interface Admission {
  /** In front of every connection of the play. */
  readonly token: string;
  readonly hosts: readonly string[];
  /** `host:port` that the deployment gives to the play, at whatever address. */
  readonly given: readonly string[];
  /** Told when a request begins; what it returns is called when it ends. */
  readonly onCall: (call: OutsideCall) => (end: OutsideCallEnd) => void;
}

export interface ForwardProxy {
  readonly port: number;
  /** From now on connections with this token are served, until the function is called; then all its calls have ended. */
  admit(admission: Admission): () => Promise<void>;
  close(): Promise<void>;
}

export interface ProxyOptions {
  /** What is open besides public addresses. */
  readonly open: readonly string[];
  /** For tests. */
  readonly resolve?: Resolve;
}

interface Guest {
  readonly allowed: AllowList;
  readonly given: AllowList;
  readonly onCall: Admission['onCall'];
  readonly sockets: Set<Socket>;
}

const TOKEN_BYTES = 32;
const TOKEN_LINE = TOKEN_BYTES * 2 + 1;
const MAX_CONNECTIONS = 64;
const MAX_HEAD_BYTES = 32 * 1024;
const GREET_WITHIN_MS = 10_000;
/** Of one hop, not of the message. */
const HOP_HEADERS = ['proxy-connection', 'proxy-authorization', 'connection', 'keep-alive', 'te', 'trailer', 'upgrade'];

export function newProxyToken(): string {
  return randomBytes(TOKEN_BYTES).toString('hex');
}

export async function createProxy(options: ProxyOptions): Promise<ForwardProxy> {
  const outside: Outside = { resolve: options.resolve ?? resolveHost, open: createOpenPlaces(options.open) };
  const guests = new Map<string, Guest>();
  const owners = new WeakMap<Socket, Guest>();
  const sockets = new Set<Socket>();

  const http = createHttpServer({ maxHeaderSize: MAX_HEAD_BYTES, requireHostHeader: false });
  http.on('connect', (asked: IncomingMessage, socket: Socket, head: Buffer) => {
    const guest = owners.get(socket);
    if (guest !== undefined) void tunnel(guest, outside, asked, socket, head);
  });
  http.on('request', (asked, answer) => {
    const guest = owners.get(asked.socket);
    if (guest !== undefined) void forward(guest, outside, asked, answer);
  });
  http.on('clientError', (_error, socket) => void socket.destroy());

  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on('error', () => socket.destroy());
    socket.once('close', () => sockets.delete(socket));
    greet(socket, (token) => {
      const guest = guests.get(token);
      if (guest === undefined || guest.sockets.size >= MAX_CONNECTIONS) return void socket.destroy();
      guest.sockets.add(socket);
      owners.set(socket, guest);
      socket.once('close', () => guest.sockets.delete(socket));
      http.emit('connection', socket);
      socket.resume();
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');

  return {
    port: (server.address() as AddressInfo).port,
    admit({ token, hosts, given, onCall }) {
      const allowed = createAllowList(hosts);
      const guest: Guest = { allowed, given: createAllowList(given), onCall, sockets: new Set() };
      guests.set(token, guest);
      return async () => {
        guests.delete(token);
        for (const socket of guest.sockets) socket.destroy();
        // Their ends are told as their streams close.
        await new Promise((resolve) => setImmediate(resolve));
      };
    },
    async close() {
      for (const socket of sockets) socket.destroy();
      await new Promise<void>((resolve) => server.close(() => resolve()));
    },
  };
}

/** Reads the line that the zygote has written, and puts back what follows it. */
function greet(socket: Socket, then: (token: string) => void): void {
  let held = Buffer.alloc(0);
  socket.setTimeout(GREET_WITHIN_MS, () => socket.destroy());
  const read = (chunk: Buffer) => {
    held = Buffer.concat([held, chunk]);
    if (held.length < TOKEN_LINE) return;
    socket.off('data', read);
    socket.pause();
    socket.setTimeout(0);
    socket.removeAllListeners('timeout');
    const rest = held.subarray(TOKEN_LINE);
    if (rest.length > 0) socket.unshift(rest);
    then(held.toString('latin1', 0, TOKEN_LINE - 1));
  };
  socket.on('data', read);
}

async function tunnel(
  guest: Guest,
  outside: Outside,
  asked: IncomingMessage,
  socket: Socket,
  head: Buffer,
): Promise<void> {
  const endpoint = endpointOf(asked.url ?? '', 443);
  const end = guest.onCall({ ...endpoint, method: 'CONNECT', from: socket.remotePort ?? 0 });
  try {
    const there = await connectTo(await checkedAddress(outside, guest, endpoint), endpoint);
    if (socket.destroyed) there.destroy();
    socket.write('HTTP/1.1 200 Connection established\r\n\r\n');
    if (head.length > 0) there.write(head);
    let open = 2;
    const over = () => {
      open -= 1;
      if (open === 0) end({ bytesOut: there.bytesWritten, bytesIn: there.bytesRead });
    };
    pipeline(socket, there, over);
    pipeline(there, socket, over);
  } catch (error) {
    const refusal = refusalOf(error);
    end({ bytesOut: 0, bytesIn: 0, error: refusal });
    socket.end(`HTTP/1.1 ${statusOf(refusal)} ${STATUS_CODES[statusOf(refusal)]}\r\n${plainText(refusal.message)}`);
  }
}

type Answer = Parameters<Parameters<typeof createHttpServer>[1] & object>[1];

async function forward(guest: Guest, outside: Outside, asked: IncomingMessage, answer: Answer): Promise<void> {
  const url = URL.parse(asked.url ?? '');
  const { method = 'GET' } = asked;
  if (url?.protocol !== 'http:' || url.hostname === '') {
    answer.writeHead(400, { 'content-type': 'text/plain' });
    answer.end('This is a proxy: it takes absolute http:// addresses and CONNECT.\n');
    return;
  }
  const endpoint = { host: url.hostname.replace(/^\[|\]$/g, ''), port: Number(url.port || 80) };
  const end = guest.onCall({ ...endpoint, method, from: asked.socket.remotePort ?? 0 });
  let there: Socket | undefined;
  try {
    const socket = await connectTo(await checkedAddress(outside, guest, endpoint), endpoint);
    there = socket;
    await new Promise<void>((resolve, reject) => {
      const headers = { ...withoutHop(asked.headers), host: url.host, connection: 'close' };
      const path = `${url.pathname}${url.search}`;
      const out = request({ method, path, headers, createConnection: () => socket });
      out.once('error', reject);
      out.once('response', (reply) => {
        answer.writeHead(reply.statusCode ?? 502, withoutHop(reply.headers));
        pipeline(reply, answer, () => resolve());
      });
      answer.once('close', () => socket.destroy());
      pipeline(asked, out, () => {});
    });
    end({ bytesOut: there.bytesWritten, bytesIn: there.bytesRead });
  } catch (error) {
    const refusal = refusalOf(error);
    end({ bytesOut: there?.bytesWritten ?? 0, bytesIn: there?.bytesRead ?? 0, error: refusal });
    if (answer.headersSent) return void answer.destroy();
    answer.writeHead(statusOf(refusal), { 'content-type': 'text/plain' });
    answer.end(`${refusal.message}\n`);
  } finally {
    there?.destroy();
  }
}

function withoutHop(headers: IncomingMessage['headers']): IncomingMessage['headers'] {
  return Object.fromEntries(Object.entries(headers).filter(([name]) => !HOP_HEADERS.includes(name)));
}

function endpointOf(target: string, port: number): Endpoint {
  const [, bracketed, plain = '', given] = /^(?:\[([^\]]+)\]|([^:]*))(?::(\d{1,5}))?$/.exec(target) ?? [];
  return { host: bracketed ?? plain, port: given === undefined ? port : Number(given) };
}

function refusalOf(error: unknown): { type: string; message: string } {
  if (error instanceof Refusal) return { type: error.type, message: error.message };
  return { type: 'HostUnreachable', message: (error as Error).message };
}

function statusOf({ type }: { readonly type: string }): 403 | 502 {
  return type === 'HostNotAllowed' || type === 'AddressClosed' ? 403 : 502;
}

function plainText(message: string): string {
  const body = Buffer.from(`${message}\n`);
  return `content-type: text/plain\r\ncontent-length: ${body.length}\r\nconnection: close\r\n\r\n${body}`;
}
