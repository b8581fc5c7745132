import { useSyncExternalStore } from 'react';

export type Permission = PermissionState | 'unknown';

/** What the browser would do if the microphone were wanted now; asks nobody anything. */
export interface MicrophonePermission {
  current(): Permission;
  subscribe(listener: () => void): () => void;
  /** Makes the browser ask. Only ever called from a press on the button that says so. */
  request(): Promise<{ readonly error?: string }>;
}

export function createMicrophonePermission(host: Navigator): MicrophonePermission {
  let state: Permission = 'unknown';
  const listeners = new Set<() => void>();
  const show = (next: Permission) => {
    state = next;
    for (const listener of listeners) listener();
  };
  const watch = async () => {
    const status = await host.permissions.query({ name: 'microphone' });
    show(status.state);
    status.onchange = () => show(status.state);
  };
  // Browsers without this question answer it when the microphone opens.
  watch().catch(() => undefined);
  return {
    current: () => state,
    subscribe(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    async request() {
      if (host.mediaDevices === undefined) return { error: 'InsecureContext' };
      try {
        const stream = await host.mediaDevices.getUserMedia({ audio: true });
        for (const track of stream.getTracks()) track.stop();
        show('granted');
        return {};
      } catch (error) {
        return { error: error instanceof Error ? error.name : 'UnknownError' };
      }
    },
  };
}

export function usePermission(permission: MicrophonePermission): Permission {
  return useSyncExternalStore(permission.subscribe, permission.current, permission.current);
}
