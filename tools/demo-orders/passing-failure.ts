/** Whether a request that was answered so may succeed when it is repeated. */
export function isPassingFailure(status: number): boolean {
  return status === 429 || status >= 500;
}
