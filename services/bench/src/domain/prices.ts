// What a play has cost: as its flow reported, or from its tokens and a price table.

/** US dollars for a million tokens, by model. */
export type PriceTable = ReadonlyMap<string, { readonly prompt: number; readonly completion: number }>;

export const NO_PRICES: PriceTable = new Map();

export interface ModelTokens {
  readonly model: string;
  readonly prompt: number;
  readonly completion: number;
}

/** prompt tokens x prompt price + completion tokens x completion price, over all calls; absent when a price is not known. */
export function costOf(calls: readonly ModelTokens[], prices: PriceTable): number | undefined {
  if (calls.length === 0) return undefined;
  let usd = 0;
  for (const { model, prompt, completion } of calls) {
    const price = prices.get(model);
    if (price === undefined) return undefined;
    usd += (prompt * price.prompt + completion * price.completion) / 1_000_000;
  }
  return usd;
}

/** {"MODEL": {"prompt": usd, "completion": usd}}, for a million tokens. Throws an Error that names what is wrong. */
export function pricesFromText(text: string): PriceTable {
  const table: unknown = JSON.parse(text);
  if (typeof table !== 'object' || table === null || Array.isArray(table)) {
    throw new Error('a price table is an object {"MODEL": {"prompt": USD, "completion": USD}}');
  }
  return new Map(
    Object.entries(table).map(([model, price]) => {
      const { prompt, completion } = (price ?? {}) as Record<string, unknown>;
      if (!isPrice(prompt) || !isPrice(completion)) {
        throw new Error(`the price of ${model} must be {"prompt": USD, "completion": USD}, for a million tokens`);
      }
      return [model, { prompt, completion }];
    }),
  );
}

function isPrice(value: unknown): value is number {
  return typeof value === 'number' && Number.isFinite(value) && value >= 0;
}
