/** Octets of heap in use after a collection; needs `--expose-gc`. */
export function heap(): number {
  globalThis.gc?.();
  return process.memoryUsage().heapUsed;
}
