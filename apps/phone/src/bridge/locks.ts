/** The part of the Web Locks API used on both sides of the bridge. Absent on pages that are not a secure context. */
export interface Locks {
  request(name: string, run: () => Promise<void> | void): Promise<unknown>;
  request(
    name: string,
    options: { mode?: 'exclusive' | 'shared'; signal?: AbortSignal },
    run: () => Promise<void> | void,
  ): Promise<unknown>;
}

/** Held by the engine from before it opens a socket until it ends, however it ends. */
export const ENGINE_LOCK = 'ringback-engine';

/** The promise of a lock rejects when its request is aborted: nobody waits for it any more. */
export function once(request: Promise<unknown>): void {
  request.catch(() => undefined);
}
