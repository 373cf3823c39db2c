// Takes typed and bounded members out of an untrusted object, and gathers what is wrong instead of throwing.

import { MAX_DOCUMENT_BYTES, type Violation } from '@hero-logic/platform';
import { cutText } from './cut.ts';

export interface MemberReader {
  readonly violations: readonly Violation[];
  raw(field: string): unknown;
  refuse(field: string, description: string): void;
  /** A non-empty text of at most 200 characters. */
  id(field: string): string;
  /** 1 to 10,000 of them. */
  ids(field: string): readonly string[];
  /** A text, cut; empty when absent. */
  text(field: string, maxBytes?: number): string;
  optionalText(field: string, maxBytes?: number): string | undefined;
  requiredText(field: string): string;
  /** The text of a JSON document, never cut. */
  document(field: string): string;
  /** A whole number from 0. */
  count(field: string, fallback: number): number;
  /** Milliseconds since the epoch. */
  time(field: string, fallback: number): number;
  flag(field: string): boolean;
  oneOf<T extends string>(field: string, allowed: readonly T[], fallback: T): T;
}

const MAX_ID = 200;
const MAX_IDS = 10_000;
const MAX_INT32 = 2 ** 31 - 1;
/** The last moment that a Timestamp can carry. */
const LAST_MS = Date.UTC(9999, 11, 31, 23, 59, 59, 999);

export function createMemberReader(members: Record<string, unknown>): MemberReader {
  return new Members(members);
}

/** A class, because one is made for every line of a play: functions of its own for each would be most of what reading a line leaves behind. */
class Members implements MemberReader {
  readonly violations: Violation[] = [];
  readonly #members: Record<string, unknown>;

  constructor(members: Record<string, unknown>) {
    this.#members = members;
  }

  raw(field: string): unknown {
    return this.#members[field];
  }

  refuse(field: string, description: string): void {
    this.violations.push({ field, description });
  }

  id(field: string): string {
    const value = this.requiredText(field);
    if (value.length > MAX_ID) this.refuse(field, `is longer than ${MAX_ID} characters`);
    else if (value === '' && this.#members[field] === '') this.refuse(field, 'must not be empty');
    return value;
  }

  ids(field: string): readonly string[] {
    const value = this.#members[field];
    const isList = Array.isArray(value) && value.length > 0 && value.length <= MAX_IDS;
    if (isList && value.every((id) => typeof id === 'string' && id !== '' && id.length <= MAX_ID)) return value;
    this.refuse(field, `must be a list of 1 to ${MAX_IDS} ids`);
    return [];
  }

  text(field: string, maxBytes?: number): string {
    return this.optionalText(field, maxBytes) ?? '';
  }

  optionalText(field: string, maxBytes?: number): string | undefined {
    const value = this.#members[field];
    if (value === undefined || value === null) return undefined;
    if (typeof value === 'string') return maxBytes === undefined ? value : cutText(value, maxBytes);
    this.refuse(field, 'must be a string');
    return undefined;
  }

  requiredText(field: string): string {
    const value = this.#members[field];
    if (typeof value === 'string') return value;
    this.refuse(field, value === undefined ? 'is required' : 'must be a string');
    return '';
  }

  document(field: string): string {
    const value = this.requiredText(field);
    if (value.length * 3 > MAX_DOCUMENT_BYTES && Buffer.byteLength(value) > MAX_DOCUMENT_BYTES) {
      this.refuse(field, 'is larger than 4 MiB');
    } else if (value === '' && this.#members[field] === '') {
      this.refuse(field, 'must be JSON text');
    }
    return value;
  }

  count(field: string, fallback: number): number {
    return this.#number(field, fallback, MAX_INT32, 'must be a whole number from 0');
  }

  time(field: string, fallback: number): number {
    return this.#number(field, fallback, LAST_MS, 'must be milliseconds since the epoch');
  }

  flag(field: string): boolean {
    return this.#members[field] === true;
  }

  oneOf<T extends string>(field: string, allowed: readonly T[], fallback: T): T {
    const value = this.#members[field];
    if (value === undefined || value === null) return fallback;
    const found = allowed.find((a) => a === value);
    if (found === undefined) this.refuse(field, `must be one of ${allowed.join(', ')}`);
    return found ?? fallback;
  }

  #number(field: string, fallback: number, most: number, what: string): number {
    const value = this.#members[field];
    if (value === undefined || value === null) return fallback;
    if (typeof value === 'number' && value >= 0 && value <= most) return Math.trunc(value);
    this.refuse(field, what);
    return fallback;
  }
}
