// Embeddings from any endpoint that speaks OpenAI's protocol: POST {base}/embeddings.

import { HeroError } from '@hero-logic/platform';
import type { Embedder } from '../domain/library/semantic.ts';

export interface EmbeddingsEndpoint {
  /** Base URL, such as https://api.example.com/v1. */
  readonly url: string;
  /** Sent as a bearer token; empty = none. */
  readonly key: string;
  readonly model: string;
}

const TIMEOUT_MS = 1500;
const BATCH_TIMEOUT_MS = 60_000;
const MAX_REPLY_BYTES = 64 * 1024 * 1024;
const MAX_DIMENSIONS = 16_384;

/** UNAVAILABLE with what is wrong: it does not answer, refuses, or its reply is none. */
export function createEmbedder({ url, key, model }: EmbeddingsEndpoint, timeoutMs = TIMEOUT_MS): Embedder {
  async function post(texts: readonly string[], stop?: AbortSignal): Promise<string> {
    const within = AbortSignal.timeout(texts.length === 1 ? timeoutMs : Math.max(timeoutMs, BATCH_TIMEOUT_MS));
    const reply = await fetch(`${url}/embeddings`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...(key === '' ? {} : { authorization: `Bearer ${key}` }) },
      body: JSON.stringify({ model, input: texts, encoding_format: 'float' }),
      // The key is for this address alone.
      redirect: 'error',
      signal: stop === undefined ? within : AbortSignal.any([within, stop]),
    });
    if (!reply.ok) {
      await reply.body?.cancel();
      throw failed(`answers ${reply.status}`);
    }
    const text = await reply.text();
    if (text.length > MAX_REPLY_BYTES) throw failed('answers with more than 64 MiB');
    return text;
  }

  return {
    model,
    async embed(texts, stop) {
      let text: string;
      try {
        text = await post(texts, stop);
      } catch (error) {
        if (error instanceof HeroError) throw error;
        throw failed('cannot be reached, or does not answer in time', error);
      }
      return vectorsOf(text, texts.length);
    },
  };
}

function vectorsOf(text: string, count: number): Float32Array[] {
  let data: { index?: unknown; embedding?: unknown }[];
  try {
    data = JSON.parse(text).data;
  } catch (error) {
    throw failed('answers with something that is not JSON', error);
  }
  if (!Array.isArray(data) || data.length !== count) throw failed(`gives no list of ${count} embeddings`);
  const vectors: Float32Array[] = [];
  data.forEach((one, i) => {
    const at = typeof one?.index === 'number' ? one.index : i;
    vectors[at] = unitVector(one?.embedding);
  });
  const size = vectors[0]?.length;
  for (let i = 0; i < count; i++)
    if (size === undefined || vectors[i]?.length !== size) throw failed('gives embeddings of different lengths');
  return vectors;
}

function unitVector(values: unknown): Float32Array {
  const isVector =
    Array.isArray(values) && values.length > 0 && values.length <= MAX_DIMENSIONS && values.every(Number.isFinite);
  if (!isVector) throw failed('gives an embedding that is no list of numbers');
  const vector = Float32Array.from(values as number[]);
  const length = Math.hypot(...vector);
  return length === 0 ? vector : vector.map((value) => value / length);
}

function failed(what: string, cause?: unknown): HeroError {
  return new HeroError('UNAVAILABLE', `the endpoint of HERO_EMBEDDINGS_URL ${what}`, { cause });
}
