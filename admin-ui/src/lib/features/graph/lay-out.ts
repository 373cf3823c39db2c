import { type Place, type Plan, simplePlaces } from './layout.ts';
import LayoutWorker from './layout.worker.ts?worker';

const DEADLINE_MS = 2000;

let worker: Worker | undefined;
let last = 0;

/** Lays out in a worker; after the deadline it is given up for plain columns, and `late` says so. */
export function layOut(plan: Plan): Promise<{ places: ReadonlyMap<string, Place>; late: boolean }> {
  worker ??= new LayoutWorker();
  const mine = worker;
  const id = ++last;
  return new Promise((resolve) => {
    const timer = setTimeout(() => {
      mine.terminate();
      if (worker === mine) worker = undefined;
      resolve({ places: simplePlaces(plan), late: true });
    }, DEADLINE_MS);
    const take = (event: MessageEvent<{ id: number; places: Map<string, Place> }>) => {
      if (event.data.id !== id) return;
      clearTimeout(timer);
      mine.removeEventListener('message', take);
      resolve({ places: event.data.places, late: false });
    };
    mine.addEventListener('message', take);
    mine.postMessage({ id, plan });
  });
}
