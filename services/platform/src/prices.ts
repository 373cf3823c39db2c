// What model calls cost: tokens and a price table.

/** US dollars for a million tokens, by the name of the model; a name that ends in * stands for all that begin so. */
export type PriceTable = ReadonlyMap<string, ModelPrice>;

export interface ModelPrice {
  readonly prompt: number;
  readonly completion: number;
}

export const NO_PRICES: PriceTable = new Map();

export interface ModelTokens {
  readonly model: string;
  readonly prompt: number;
  readonly completion: number;
}

/** prompt tokens x prompt price + completion tokens x completion price, in US dollars; absent when the price is not known. */
export function costOf({ model, prompt, completion }: ModelTokens, prices: PriceTable): number | undefined {
  const price = prices.get(model) ?? longestPrefix(model, prices);
  if (price === undefined) return undefined;
  return (prompt * price.prompt + completion * price.completion) / 1_000_000;
}

function longestPrefix(model: string, prices: PriceTable): ModelPrice | undefined {
  let found: ModelPrice | undefined;
  let longest = -1;
  for (const [name, price] of prices) {
    if (!name.endsWith('*') || name.length <= longest || !model.startsWith(name.slice(0, -1))) continue;
    found = price;
    longest = name.length;
  }
  return found;
}

/** {"MODEL": {"prompt": usd, "completion": usd}}, for a million tokens. Throws an Error that names all that is wrong. */
export function pricesFromText(text: string): PriceTable {
  const table = parse(text);
  if (typeof table !== 'object' || table === null || Array.isArray(table)) {
    throw new Error('a price table is an object {"MODEL": {"prompt": USD, "completion": USD}}');
  }
  const prices = new Map<string, ModelPrice>();
  const wrong: string[] = [];
  for (const [model, price] of Object.entries(table)) {
    const { prompt, completion } = (price ?? {}) as Record<string, unknown>;
    if (isPrice(prompt) && isPrice(completion)) prices.set(model, { prompt, completion });
    else wrong.push(model);
  }
  if (wrong.length === 0) return prices;
  const which = wrong.map((model) => `"${model}"`).join(', ');
  throw new Error(
    `the price of ${which} must be {"prompt": USD, "completion": USD}: two numbers from 0, for a million tokens`,
  );
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new Error(`a price table is JSON: ${(error as Error).message}`);
  }
}

function isPrice(value: unknown): value is number {
  return typeof value === 'number' && Number.isFinite(value) && value >= 0;
}
