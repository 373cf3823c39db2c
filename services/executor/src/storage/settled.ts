// Stores whose contents are put in place only when somebody looks.

/** The store, each of whose methods first waits for `settle` of the play that it is about (its first argument). */
export function settled<Store extends object>(store: Store, settle: (playSid: string) => Promise<void>): Store {
  type Method = (playSid: string, ...rest: unknown[]) => Promise<unknown>;
  const methods = Object.entries(store as Record<string, Method>).map(([name, method]): [string, Method] => [
    name,
    async (playSid, ...rest) => {
      await settle(playSid);
      return method(playSid, ...rest);
    },
  ]);
  return Object.fromEntries(methods) as Store;
}
