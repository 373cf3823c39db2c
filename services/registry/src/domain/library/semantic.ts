// What flows are about, as vectors of an embedding model. Optional: whatever fails here leaves a search to its words. The vectors of texts are
// kept in memory and in a store, by the digest of model and text: a flow that changes is asked for anew, nothing else is, unless the endpoint gives
// vectors of another length than before: then it has another model behind the same name, and all are asked for anew.

import { createHash } from 'node:crypto';
import { type Clock, HeroError, type Log } from '@hero-logic/platform';
import { namespaceOf, type SearchEntry } from '../search.ts';

/** Texts -> unit vectors of one length, in their order. */
export interface Embedder {
  readonly model: string;
  embed(texts: readonly string[], stop?: AbortSignal): Promise<Float32Array[]>;
}

export interface VectorStore {
  get(keys: readonly string[]): Promise<ReadonlyMap<string, Float32Array>>;
  put(vectors: ReadonlyMap<string, Float32Array>): Promise<void>;
  /** Removes all others. */
  keepOnly(keys: readonly string[]): Promise<void>;
}

export interface Near {
  readonly entry: SearchEntry;
  /** Cosine, -1 to 1. */
  readonly closeness: number;
}

export interface Semantic {
  /** The entries of a namespace, or of all, closest to a query, closest first; none while the endpoint fails or vectors are missing. */
  near(query: string, most: number, namespace: string | undefined): Promise<readonly Near[]>;
  /** Asks for what is missing. Throws what the endpoint says. */
  follow(entries: readonly SearchEntry[], stop: AbortSignal): Promise<void>;
}

export interface SemanticOptions {
  readonly embedder: Embedder;
  readonly vectors: VectorStore;
  readonly clock: Clock;
  readonly log: Log;
}

const MAX_TEXT = 2000;
const BATCH = 64;
const MAX_QUERIES = 256;
/** After a failure queries are answered by their words alone for so long. */
const REST_MS = 30_000;

export function createSemantic({ embedder, vectors, clock, log }: SemanticOptions): Semantic {
  const byKey = new Map<string, Float32Array>();
  const queries = new Map<string, Float32Array>();
  let present = new Map<SearchEntry, string>();
  let restUntil = 0;
  /** Of what the endpoint gave last; undefined = it has not been asked yet. */
  let length: number | undefined;

  const keyOf = (text: string) => createHash('sha256').update(`${embedder.model}\0${text}`).digest('hex');

  async function queryVector(query: string): Promise<Float32Array | undefined> {
    const known = queries.get(query);
    if (known !== undefined || clock.now() < restUntil) return known;
    try {
      const [vector] = await embedder.embed([query]);
      if (vector === undefined) return undefined;
      learn(vector.length);
      const [oldest] = queries.keys();
      if (queries.size >= MAX_QUERIES && oldest !== undefined) queries.delete(oldest);
      queries.set(query, vector);
      return vector;
    } catch (error) {
      restUntil = clock.now() + REST_MS;
      log.warn({ err: error }, 'the endpoint for embeddings failed; searches go by words alone for 30 s');
      return undefined;
    }
  }

  /** What has another length than the endpoint gives can be compared with nothing any more. */
  function learn(given: number): void {
    if (given === length) return;
    length = given;
    queries.clear();
    const useless = [...byKey].filter(([, vector]) => vector.length !== given);
    for (const [key] of useless) byKey.delete(key);
    if (useless.length === 0) return;
    const change = { flows: useless.length, before: useless[0]?.[1].length, now: given };
    log.warn(
      change,
      'the endpoint for embeddings gives vectors of another length than before; flows are embedded anew',
    );
  }

  async function ask(texts: ReadonlyMap<string, string>, stop: AbortSignal): Promise<void> {
    const missing = [...texts];
    for (let at = 0; at < missing.length && !stop.aborted; at += BATCH) {
      const batch = missing.slice(at, at + BATCH);
      const found = await embedder.embed(
        batch.map(([, text]) => text),
        stop,
      );
      const given = found[0]?.length ?? 0;
      // Two models answer in turn. The next try is later, so that not everything is asked for all the time.
      if (at > 0 && given !== length)
        throw new HeroError('UNAVAILABLE', `the endpoint for embeddings gives ${length} numbers, then ${given}`);
      learn(given);
      const fresh = new Map(batch.map(([key], i) => [key, found[i] as Float32Array]));
      for (const [key, vector] of fresh) byKey.set(key, vector);
      await vectors.put(fresh);
    }
  }

  return {
    async near(query, most, namespace) {
      if (byKey.size === 0) return [];
      const vector = await queryVector(query.trim());
      if (vector === undefined) return [];
      const found: Near[] = [];
      for (const [entry, key] of present) {
        if (namespace !== undefined && namespaceOf(entry) !== namespace) continue;
        const other = byKey.get(key);
        if (other?.length === vector.length) found.push({ entry, closeness: cosine(vector, other) });
      }
      found.sort((a, b) => b.closeness - a.closeness || (a.entry.workflowSid < b.entry.workflowSid ? -1 : 1));
      return found.slice(0, most);
    },

    async follow(entries, stop) {
      const texts = new Map<string, string>();
      const next = new Map<SearchEntry, string>();
      for (const entry of entries) {
        const text = textOf(entry);
        const key = present.get(entry) ?? keyOf(text);
        next.set(entry, key);
        if (!byKey.has(key)) texts.set(key, text);
      }
      const gone = byKey.size > new Set(next.values()).size;
      present = next;
      if (texts.size > 0) {
        for (const [key, vector] of await vectors.get([...texts.keys()])) {
          if (length !== undefined && vector.length !== length) continue;
          byKey.set(key, vector);
          texts.delete(key);
        }
        await ask(texts, stop);
      }
      if (stop.aborted || !(gone || texts.size > 0)) return;
      const wanted = new Set(next.values());
      for (const key of byKey.keys()) if (!wanted.has(key)) byKey.delete(key);
      await vectors.keepOnly([...wanted]);
    },
  };
}

function textOf({ texts }: SearchEntry): string {
  const { name, tag, description, doc, field, step } = texts;
  return [name.replaceAll('_', ' '), description, tag, doc, field, step]
    .filter((t) => t !== '')
    .join('\n')
    .slice(0, MAX_TEXT);
}

/** Of unit vectors. */
function cosine(a: Float32Array, b: Float32Array): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += (a[i] as number) * (b[i] as number);
  return sum;
}
