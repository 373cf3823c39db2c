// The id by which a request may be repeated, as it is stored: each namespace has its own, and those who act for all have theirs.

/** No namespace and no request id has this character. */
const BETWEEN = '\u0001';

/** Empty = none. */
export function placedRequestId(namespace: string | undefined, requestId: string): string {
  return requestId === '' || namespace === undefined ? requestId : `${namespace}${BETWEEN}${requestId}`;
}
