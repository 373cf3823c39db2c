// A body as JSON-RPC 2.0 requests. Nothing is decoded beyond the envelope: ids and params stay texts.

import { jsonElements, jsonMembers, jsonType } from '@hero-logic/platform';
import { INVALID_REQUEST, PARSE_ERROR, type RpcError, rpcError } from './errors.ts';
import { jsonProblemAt } from './json-syntax.ts';

const MAX_BATCH = 1000;
/** A request needs four members. */
const MOST_MEMBERS = 1000;

export interface RpcRequest {
  readonly method: string;
  /** Text of an object or an array; undefined = none. */
  readonly params: string | undefined;
  /** As it was written; undefined = a notification. */
  readonly id: string | undefined;
}

/** What is wrong with one request; `id` is "null" where it cannot be told. */
export interface BadRequest {
  readonly error: RpcError;
  readonly id: string;
}

export type Envelope =
  | { readonly kind: 'single'; readonly item: RpcRequest | BadRequest }
  | { readonly kind: 'batch'; readonly items: readonly (RpcRequest | BadRequest)[] }
  | { readonly kind: 'unparsable'; readonly error: RpcError };

export function isBadRequest(item: RpcRequest | BadRequest): item is BadRequest {
  return 'error' in item;
}

export function envelopeOf(body: Uint8Array): Envelope {
  const text = utf8(body);
  if (text === undefined) return unparsable('the body is not UTF-8');
  const at = jsonProblemAt(text);
  if (at !== undefined) {
    if (text.trim() === '') return unparsable('the body is empty');
    return unparsable(at >= text.length ? 'the JSON ends too early' : `not JSON at character ${at + 1}`);
  }
  if (jsonType(text) !== 'array') return { kind: 'single', item: requestOf(text) };
  const elements = jsonElements(text, MAX_BATCH + 1);
  if (elements.length === 0) return { kind: 'single', item: bad('a batch must not be empty') };
  if (elements.length > MAX_BATCH) {
    return { kind: 'single', item: bad(`a batch holds at most ${MAX_BATCH} requests`) };
  }
  return { kind: 'batch', items: elements.map(requestOf) };
}

function utf8(body: Uint8Array): string | undefined {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(body);
  } catch {
    return undefined;
  }
}

function requestOf(text: string): RpcRequest | BadRequest {
  if (jsonType(text) !== 'object') return bad('a request must be an object');
  const all = jsonMembers(text, MOST_MEMBERS + 1);
  if (all.length > MOST_MEMBERS) return bad('a request has the members jsonrpc, method, params and id');
  const members = new Map(all);
  const id = members.get('id');
  const idType = id === undefined ? 'null' : jsonType(id);
  if (idType !== 'string' && idType !== 'number' && idType !== 'null') {
    return bad('id must be a string, a number or null');
  }
  const known = id ?? 'null';
  if (textOf(members.get('jsonrpc')) !== '2.0') return bad('jsonrpc must be "2.0"', known);
  const method = textOf(members.get('method'));
  if (method === undefined) return bad('method must be a string', known);
  const params = members.get('params');
  const paramsType = params === undefined ? 'null' : jsonType(params);
  if (paramsType !== 'object' && paramsType !== 'array' && paramsType !== 'null') {
    return bad('params must be an object or an array', known);
  }
  return { method, params: paramsType === 'null' ? undefined : params, id };
}

function textOf(raw: string | undefined): string | undefined {
  return raw !== undefined && jsonType(raw) === 'string' ? (JSON.parse(raw) as string) : undefined;
}

function bad(message: string, id = 'null'): BadRequest {
  return { error: rpcError(INVALID_REQUEST, 'INVALID_ARGUMENT', message), id };
}

function unparsable(message: string): Envelope {
  return { kind: 'unparsable', error: rpcError(PARSE_ERROR, 'INVALID_JSON', message) };
}
