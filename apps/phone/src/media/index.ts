import type { CallId, MediaEvent, MediaRequest, MediaResult } from '../bridge/protocol.ts';
import { CallMedia } from './call-media.ts';

export interface MediaHost {
  /** Does what the engine asks for one call; never rejects. */
  request(call: CallId, request: MediaRequest): Promise<MediaResult>;
  levels(call: CallId): { readonly here: number; readonly there: number };
  /** The engine that knew these calls is gone: microphones and connections are released. */
  closeAll(): void;
}

/** Holds the media of every call this tab owns. */
export function createMediaHost(emit: (call: CallId, event: MediaEvent) => void): MediaHost {
  const calls = new Map<CallId, CallMedia>();

  function mediaOf(call: CallId): CallMedia {
    const known = calls.get(call);
    if (known) return known;
    const media = new CallMedia({ call, emit: (event) => emit(call, event) });
    calls.set(call, media);
    return media;
  }

  return {
    async request(call, request) {
      const opens = request.op === 'offer' || request.op === 'answer';
      const media = opens ? mediaOf(call) : calls.get(call);
      if (request.op === 'close') calls.delete(call);
      // `mute` before the first offer has nothing to silence yet; the engine says it again once there is media.
      return media ? media.request(request) : { ok: true, sent: false };
    },
    levels: (call) => calls.get(call)?.levels() ?? { here: 0, there: 0 },
    closeAll() {
      for (const media of calls.values()) media.close();
      calls.clear();
    },
  };
}
