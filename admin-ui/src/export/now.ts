import { recorded } from './recorded.ts';

/** A play that waited when it was exported stands still: its times are those of that moment. */
export function now(): number {
  return recorded.play.completedAt === undefined ? recorded.atMs : Date.now();
}
