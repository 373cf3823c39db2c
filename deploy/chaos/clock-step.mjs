// Loaded into a service before its own code (`node --import`): its wall clock can be set wrong while it runs. CLOCK_STEP_FILE names a file
// with the milliseconds to add to the time; it is read several times a second. Timers go on as they do when the clock of a machine is set.

import { readFileSync } from 'node:fs';

const RealDate = Date;
let offset = 0;

class SteppedDate extends RealDate {
  constructor(...given) {
    if (given.length === 0) super(RealDate.now() + offset);
    else super(...given);
  }
  static now() {
    return RealDate.now() + offset;
  }
}
globalThis.Date = SteppedDate;

setInterval(() => {
  try {
    offset = Number(readFileSync(process.env.CLOCK_STEP_FILE, 'utf8')) || 0;
  } catch {
    offset = 0;
  }
}, 100).unref();
