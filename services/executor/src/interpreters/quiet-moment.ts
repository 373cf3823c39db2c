/** Puts work off until nothing has begun for a while. */
export interface QuietMoment {
  /** The work is wanted, when it is quiet. */
  want(): void;
  /** Something begins: what is wanted waits from now on. */
  disturb(): void;
  /** It is not wanted any more. */
  forget(): void;
}

export function createQuietMoment(options: { readonly ms: number; readonly onQuiet: () => void }): QuietMoment {
  let timer: NodeJS.Timeout | undefined;

  function want(): void {
    clearTimeout(timer);
    timer = setTimeout(() => {
      timer = undefined;
      options.onQuiet();
    }, options.ms);
  }

  return {
    want,
    disturb() {
      if (timer !== undefined) want();
    },
    forget() {
      clearTimeout(timer);
      timer = undefined;
    },
  };
}
