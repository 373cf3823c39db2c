import { createSubscriber } from 'svelte/reactivity';

const subscribe = createSubscriber((update) => {
  const timer = setInterval(update, 1000);
  return () => clearInterval(timer);
});

/** The present time; whatever reads it is told every second, as long as it is shown. */
export function now(): number {
  subscribe();
  return Date.now();
}
