// What stands around every handler: the field rules of the protos are checked, and whatever is thrown leaves as an error of the closed list.

import type { DescMessage, Message } from '@bufbuild/protobuf';
import { createValidator, type Violation as ProtoViolation, type Validator } from '@bufbuild/protovalidate';
import { Code, ConnectError, type Interceptor } from '@connectrpc/connect';
import { toConnectError, toHeroError } from '../errors/connect.ts';
import { invalid, type Violation } from '../errors/hero-error.ts';
import type { Log } from '../log.ts';

let shared: Validator | undefined;

/** Field rules of a message as violations, with the names of the proto ("input_data"). */
export function messageViolations(schema: DescMessage, message: Message): Violation[] {
  shared ??= createValidator();
  const result = shared.validate(schema, message);
  if (result.kind === 'valid') return [];
  if (result.kind === 'error') throw result.error;
  return result.violations.map((v) => ({ field: fieldPath(v.field), description: plainWords(v) }));
}

const UNITS: readonly (readonly [word: string, seconds: number])[] = [
  ['day', 86_400],
  ['hour', 3600],
  ['minute', 60],
  ['second', 1],
];

/** Durations in the largest unit that fits, 366 days instead of 31622400s; values of enums by their words. */
function plainWords({ ruleId, message, field }: ProtoViolation): string {
  const last = field.at(-1);
  if (ruleId === 'enum.in' && last?.kind === 'field' && last.fieldKind === 'enum') {
    const allowed = new Set(message.match(/\d+/g)?.map(Number));
    const words = last.enum.values.filter((one) => allowed.has(one.number)).map((one) => one.localName.toLowerCase());
    return `must be one of ${words.map((word) => JSON.stringify(word)).join(', ')}`;
  }
  if (!ruleId.startsWith('duration.')) return message;
  return message.replace(/\b(\d+)s\b/g, (_, digits: string) => {
    const seconds = Number(digits);
    const [word, size] = UNITS.find(([, size]) => seconds > 0 && seconds % size === 0) ?? ['second', 1];
    return `${seconds / size} ${word}${seconds === size ? '' : 's'}`;
  });
}

function fieldPath(path: readonly unknown[]): string {
  let text = '';
  for (const part of path) {
    if (typeof part !== 'object' || part === null) continue;
    const element = part as { kind: string; name?: string; index?: number; key?: unknown };
    if (element.kind === 'list_sub') text += `[${element.index}]`;
    else if (element.kind === 'map_sub') text += `.${String(element.key)}`;
    else text += text === '' ? (element.name ?? '') : `.${element.name ?? ''}`;
  }
  return text === '' ? 'request' : text;
}

export function createValidationInterceptor(): Interceptor {
  return (next) => async (req) => {
    if (!req.stream) {
      const violations = messageViolations(req.method.input, req.message);
      if (violations.length > 0) throw invalid(violations);
    }
    return next(req);
  };
}

/** Outermost: maps what is thrown, and logs what is our fault. */
export function createErrorInterceptor(log: Log): Interceptor {
  return (next) => async (req) => {
    try {
      const response = await next(req);
      return response.stream ? { ...response, message: mapStream(response.message, report) } : response;
    } catch (error) {
      throw report(error);
    }

    function report(error: unknown): ConnectError {
      const hero = toHeroError(error);
      if (hero.reason === 'INTERNAL') log.error({ err: hero.cause ?? hero, method: req.method.name }, 'a call failed');
      const wire = toConnectError(hero);
      // A broken request body is the caller's: connect words it as invalid_argument or resource_exhausted already.
      if (error instanceof ConnectError && error.code !== Code.Internal && error.code !== Code.Unknown)
        return withReason(error, wire);
      return wire;
    }
  };
}

function withReason(original: ConnectError, wire: ConnectError): ConnectError {
  if (original.details.length === 0) original.details.push(...wire.details);
  return original;
}

async function* mapStream<T>(messages: AsyncIterable<T>, map: (error: unknown) => ConnectError): AsyncIterable<T> {
  try {
    yield* messages;
  } catch (error) {
    throw map(error);
  }
}
