import { type Place, type Plan, placesOf } from '../lib/features/graph/layout.ts';

/** At once: a file of its own has no second one for a worker. */
export async function layOut(plan: Plan): Promise<{ places: ReadonlyMap<string, Place>; late: boolean }> {
  return { places: placesOf(plan), late: false };
}
