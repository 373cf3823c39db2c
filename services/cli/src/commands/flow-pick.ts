// flow pick FLOW: the version that fits, and what led to it.

import { PickVersionResponseSchema } from '@hero-logic/proto/herologic/bench/v1/choice_service_pb';
import type { Context } from '../core/context.ts';
import { EXIT, type ExitCode } from '../core/exit-codes.ts';
import { resolveFlow } from '../core/resolve-flow.ts';
import { toJson } from '../core/to-json.ts';
import { tableLines } from '../text/table.ts';
import { clean } from '../text/width.ts';
import { figure, share } from './bench-show.ts';

export interface FlowPickArgs {
  readonly flow: string;
  readonly request?: string;
  readonly cost?: number;
  readonly speed?: number;
  readonly accuracy?: number;
}

export async function flowPick({ io, clients, json }: Context, args: FlowPickArgs): Promise<ExitCode> {
  const flow = await resolveFlow(clients, args.flow);
  const picked = await clients.choice.pickVersion({
    workflowSid: flow.sid,
    userRequest: args.request ?? '',
    preferences: { costWeight: args.cost ?? 0, speedWeight: args.speed ?? 0, accuracyWeight: args.accuracy ?? 0 },
  });
  if (json) {
    io.out(`${JSON.stringify(toJson(PickVersionResponseSchema, picked))}\n`);
    return EXIT.ok;
  }
  const rows = picked.candidates.map((c) => [
    `v${c.number}`,
    c.runs === 0 ? '' : figure(c.score),
    c.runs === 0 ? '' : share(c.winProbability),
    c.versionSid,
    clean(c.reason),
  ]);
  const chosen = picked.candidates.find((c) => c.versionSid === picked.versionSid);
  io.out(`${chosen === undefined ? 'no version' : `v${chosen.number}`}  ${picked.versionSid}\n`);
  io.out(`${clean(picked.reasoning)} Difficulty of the request: ${figure(picked.difficulty)}.\n`);
  if (rows.length > 0) {
    io.out(`\n${tableLines({ head: ['VERSION', 'WORTH', 'BEST', 'SID', 'WHY'], rows, io }).join('\n')}\n`);
  }
  return EXIT.ok;
}
