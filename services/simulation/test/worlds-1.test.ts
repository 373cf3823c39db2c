// Contract: in a thousand worlds, each with its own faults, no promise is broken (src/check). This is one half of them, so that both
// run side by side. `npm run simulate` runs as many as you like.

import { expectWorlds } from './expect-worlds.ts';

expectWorlds({ from: 1, count: 500 });
