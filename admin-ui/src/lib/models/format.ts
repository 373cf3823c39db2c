import type { Timestamp } from '@bufbuild/protobuf/wkt';

const SECOND = 1000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

export function msFromPb(time: Timestamp | undefined): number | undefined {
  return time === undefined ? undefined : Number(time.seconds) * 1000 + Math.floor(time.nanos / 1e6);
}

/** "340 ms", "21.4 s", "4 min 12 s", "2 h 31 min", "3 d 4 h". */
export function duration(ms: number): string {
  const t = Math.max(0, ms);
  if (t < SECOND) return `${Math.round(t)} ms`;
  if (t < MINUTE - 50) return `${(t / SECOND).toFixed(1)} s`;
  const seconds = Math.round(t / SECOND);
  if (seconds < 3600) return `${Math.floor(seconds / 60)} min ${pad(seconds % 60)} s`;
  const minutes = Math.round(t / MINUTE);
  if (minutes < 24 * 60) return `${Math.floor(minutes / 60)} h ${pad(minutes % 60)} min`;
  const hours = Math.round(t / HOUR);
  return `${Math.floor(hours / 24)} d ${hours % 24} h`;
}

/** "now", "14 min ago" up to a day, then the date. */
export function ago(at: number, now: number): string {
  const t = now - at;
  if (t < 10 * SECOND) return 'now';
  if (t < MINUTE) return `${Math.floor(t / SECOND)} s ago`;
  if (t < HOUR) return `${Math.floor(t / MINUTE)} min ago`;
  if (t < DAY) return `${Math.floor(t / HOUR)} h ago`;
  return date(at);
}

/** "in 3 h 46 min"; "overdue" once the moment is past. */
export function until(at: number, now: number): string {
  const t = at - now;
  return t <= 0
    ? 'overdue'
    : t < MINUTE
      ? `in ${Math.ceil(t / SECOND)} s`
      : `in ${duration(Math.ceil(t / SECOND) * SECOND)}`;
}

// Written out, not by Intl: the first use of that costs a page 40 ms and more, and these stand in what is painted first.
const MONTHS = 'Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec'.split(' ');

/** "7 Nov 2026". */
function date(at: number): string {
  const d = new Date(at);
  return `${d.getDate()} ${MONTHS[d.getMonth()]} ${d.getFullYear()}`;
}

/** "07:03". */
function time(at: number): string {
  const d = new Date(at);
  return `${pad(d.getHours())}:${pad(d.getMinutes())}`;
}

/** "07:03" today, with the date on other days. */
export function moment(at: number, now: number): string {
  return date(at) === date(now) ? `${time(at)} today` : `${date(at)}, ${time(at)}`;
}

/** To the millisecond, for the inspector and logs. */
export function clockTime(at: number): string {
  const d = new Date(at);
  return `${time(at)}:${pad(d.getSeconds())}.${String(d.getMilliseconds()).padStart(3, '0')}`;
}

/** "7 Nov 2026, 07:03:12". */
export function exact(at: number): string {
  return `${date(at)}, ${time(at)}:${pad(new Date(at).getSeconds())}`;
}

/** "1,234,567". */
export function grouped(n: number | bigint): string {
  return String(n).replace(/\B(?=(\d{3})+$)/g, ',');
}

export function count(n: number, one: string, many = `${one}s`): string {
  return `${grouped(n)} ${n === 1 ? one : many}`;
}

function pad(n: number): string {
  return String(n).padStart(2, '0');
}
