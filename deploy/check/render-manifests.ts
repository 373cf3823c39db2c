// `npm run manifests`: writes the plain manifests anew.

import { writeFileSync } from 'node:fs';
import { MANIFESTS, ROOT, renderManifests } from './chart.ts';

writeFileSync(`${ROOT}${MANIFESTS}`, renderManifests());
