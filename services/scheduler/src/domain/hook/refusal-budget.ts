// How many refusals are written down: whoever can reach a webhook can be refused, and each line costs a write.

const WINDOW_MS = 60_000;
const MOST_LINES = 60;
const MOST_TRIGGERS = 10_000;

/** Whether one more refusal of the trigger is written down now. */
export type RefusalBudget = (triggerSid: string, now: number) => boolean;

export function createRefusalBudget(): RefusalBudget {
  const windows = new Map<string, { readonly since: number; lines: number }>();
  return (triggerSid, now) => {
    let window = windows.get(triggerSid);
    if (window === undefined || now - window.since >= WINDOW_MS) {
      if (windows.size >= MOST_TRIGGERS) windows.clear();
      window = { since: now, lines: 0 };
      windows.set(triggerSid, window);
    }
    window.lines += 1;
    return window.lines <= MOST_LINES;
  };
}
