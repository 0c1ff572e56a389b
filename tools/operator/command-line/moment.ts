/** A time as people read it, in UTC and to the second; empty where there is none. */
export function moment(time: unknown): string {
  if (typeof time !== 'string') return '';
  return time.replace('T', ' ').replace(/(\.\d+)?Z$/, 'Z');
}
