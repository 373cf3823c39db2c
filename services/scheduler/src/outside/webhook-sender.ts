// Posts deliveries. The name of the receiver is looked up for each connection, and what it leads to is checked there, so that a name that
// leads elsewhere a moment later leads to nothing. No redirects, no cookies; of a reply only the status counts, and not much of it is read.

import { lookup as lookUp } from 'node:dns';
import http from 'node:http';
import https from 'node:https';
import { isIP, type LookupFunction } from 'node:net';
import { type AddressRules, closedAddress, hostAddress } from './address-rules.ts';

export interface Post {
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

export interface PostReply {
  readonly status: number;
  /** What the receiver asked for with Retry-After. */
  readonly retryAfterMs?: number | undefined;
}

export interface WebhookSender {
  /** Rejects when there is no reply, saying why in words. */
  post(post: Post, abort: AbortSignal): Promise<PostReply>;
  close(): void;
}

const TIMEOUT_MS = 15_000;
const MOST_READ_BYTES = 64 * 1024;
const SECOND_MS = 1000;

export interface WebhookSenderOptions {
  readonly rules: AddressRules;
  readonly timeoutMs?: number;
}

export function createWebhookSender({ rules, timeoutMs = TIMEOUT_MS }: WebhookSenderOptions): WebhookSender {
  const options = { keepAlive: true, keepAliveMsecs: 5000, maxFreeSockets: 4, timeout: timeoutMs };
  const agents = { 'http:': new http.Agent(options), 'https:': new https.Agent(options) };
  const lookup = checkedLookup(rules);

  return {
    async post({ url, headers, body }, abort) {
      const target = new URL(url);
      const isSecure = target.protocol === 'https:';
      const literal = hostAddress(target.hostname);
      if (isIP(literal) !== 0 && !rules.mayReach(literal)) throw new Error(closedAddress(literal));
      const end = AbortSignal.timeout(timeoutMs);
      const request = (isSecure ? https : http).request(target, {
        method: 'POST',
        agent: agents[isSecure ? 'https:' : 'http:'],
        lookup,
        headers: { ...headers, 'content-length': String(Buffer.byteLength(body)) },
        signal: AbortSignal.any([abort, end]),
      });
      try {
        return await replyTo(request, body);
      } catch (error) {
        if (end.aborted) throw new Error(`no reply within ${timeoutMs / SECOND_MS} seconds`, { cause: error });
        throw isSecure ? tlsFailure(error) : error;
      }
    },
    close() {
      for (const agent of Object.values(agents)) agent.destroy();
    },
  };
}

function replyTo(request: http.ClientRequest, body: string): Promise<PostReply> {
  return new Promise((resolve, reject) => {
    request.on('error', reject);
    request.on('response', (response) => {
      const { statusCode: status = 0, headers } = response;
      const done = () => resolve({ status, retryAfterMs: retryAfterOf(headers['retry-after']) });
      let bytes = 0;
      response.on('data', (chunk: Buffer) => {
        bytes += chunk.length;
        if (bytes <= MOST_READ_BYTES) return;
        done();
        request.destroy();
      });
      response.on('end', done);
      response.on('error', reject);
    });
    request.end(body);
  });
}

/** OpenSSL tells with its source lines: what of it is of use. What is wrong with a certificate, Node says in plain words. */
function tlsFailure(error: unknown): unknown {
  const { code = '', message } = error as NodeJS.ErrnoException;
  if (code !== 'EPROTO' && !code.startsWith('ERR_SSL_')) return error;
  const why = /:SSL routines:[^:]*:([^:]+)/.exec(message)?.[1] ?? code;
  return new Error(`no TLS connection: ${why}`, { cause: error });
}

/** Seconds only: a date says nothing where clocks differ. */
function retryAfterOf(text: string | undefined): number | undefined {
  return text !== undefined && /^\d{1,6}$/.test(text) ? Number(text) * SECOND_MS : undefined;
}

function checkedLookup(rules: AddressRules): LookupFunction {
  return (hostname, options, callback) => {
    lookUp(hostname, { ...options, all: true }, (error, found) => {
      if (error !== null) return callback(error, '', 0);
      const allowed = found.filter(({ address }) => rules.mayReach(address));
      const [first] = allowed;
      if (first === undefined) return callback(new Error(closedAddress(hostname)), '', 0);
      if (options.all === true) return callback(null, allowed);
      return callback(null, first.address, first.family);
    });
  };
}
