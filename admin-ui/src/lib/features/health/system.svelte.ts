// How the deployment does, for Home and Health. Whoever may not know it gets an error.

import { health } from '../../api/clients/health.ts';
import { createLoad } from '../../api/load.svelte.ts';
import { healthFromPb, type SystemHealth } from '../../models/system-health.ts';

export const system = createLoad<SystemHealth>(async (signal) => healthFromPb(await health.getHealth({}, { signal })));
