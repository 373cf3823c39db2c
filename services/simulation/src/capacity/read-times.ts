// Times that were measured somewhere: the JSON that `npm run perf -- claims service-times --json FILE` writes.

import { NO_TIMES, type Times } from './measured.ts';

interface Measured {
  readonly reports?: readonly { readonly times?: Readonly<Record<string, Readonly<Record<string, unknown>>>> }[];
}

/** What the file says of this store, over `before`. Throws with what is wrong, and what to do. */
export function readTimes(text: string, store: string, before: Times): Times {
  const { reports } = parse(text);
  if (!Array.isArray(reports))
    throw new Error('has no reports; write it with `npm run perf -- claims service-times --json FILE`');
  const found = (reports as NonNullable<Measured['reports']>).flatMap(({ times }) =>
    Object.entries(times?.[store] ?? {}),
  );
  if (found.length === 0)
    throw new Error(
      `has no times of the store "${store}"; write it with \`npm run perf -- claims service-times --json FILE\``,
    );
  for (const [name, value] of found) {
    if (!Object.hasOwn(NO_TIMES, name)) throw new Error(`has a time that is not known here: ${name}`);
    if (typeof value !== 'number' || !(value >= 0))
      throw new Error(`${name} of the store "${store}" is ${value}, not milliseconds`);
  }
  return { ...before, ...Object.fromEntries(found) };
}

function parse(text: string): Measured {
  try {
    return (JSON.parse(text) ?? {}) as Measured;
  } catch (error) {
    throw new Error(`is no JSON: ${(error as Error).message}`);
  }
}
