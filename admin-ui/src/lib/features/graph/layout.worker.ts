import { type Plan, placesOf } from './layout.ts';

self.onmessage = (event: MessageEvent<{ id: number; plan: Plan }>) => {
  self.postMessage({ id: event.data.id, places: placesOf(event.data.plan) });
};
