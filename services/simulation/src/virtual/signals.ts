// Node keeps a signal made of others (`AbortSignal.any`) alive for as long as somebody listens to it. Those who listen in a world never stop: what a dead
// process waited for stays open. So the world takes its listeners away when it is over, and with them all that they refer to can go.

export function takeOverSignals(): () => void {
  const real = AbortSignal.any;
  const undo: (() => void)[] = [];
  AbortSignal.any = (signals) => {
    const made = real.call(AbortSignal, signals);
    const listen: AbortSignal['addEventListener'] = made.addEventListener.bind(made);
    made.addEventListener = (...args: Parameters<typeof listen>) => {
      undo.push(() => made.removeEventListener(args[0], args[1]));
      listen(...args);
    };
    return made;
  };
  return () => {
    AbortSignal.any = real;
    for (const forget of undo) forget();
  };
}
