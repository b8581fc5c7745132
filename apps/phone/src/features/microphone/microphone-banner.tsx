import { Mic, MicOff } from 'lucide-react';
import { useState } from 'react';
import { Banner } from '../../components/banner.tsx';
import { Action } from '../../components/button.tsx';
import { memoryIn } from '../../store/memory.ts';
import { microphoneWords } from '../../words/microphone-words.ts';
import { type MicrophonePermission, usePermission } from './permission.ts';

const DEVICE = memoryIn(() => localStorage);
const SNOOZE_KEY = 'ringback.microphone-later';
const SNOOZE_MS = 7 * 86_400_000;

/** Says why before the browser asks, and how to undo a refusal; it leaves by itself once the microphone is allowed. */
export function MicrophoneBanner({ permission }: { readonly permission: MicrophonePermission }) {
  const state = usePermission(permission);
  const [error, setError] = useState<string>();
  const [later, setLater] = useState(isSnoozed);
  if (state === 'granted') return null;
  const failure = error ?? (state === 'denied' ? 'NotAllowedError' : undefined);
  if (failure !== undefined) {
    const words = microphoneWords(failure, state);
    return (
      <Banner
        tone="warn"
        icon={<MicOff size={18} />}
        label="Microphone"
        actions={state !== 'denied' && <Enable permission={permission} onError={setError} />}
      >
        <strong className="font-semibold">{words.headline}</strong> {words.hint}
      </Banner>
    );
  }
  if (later || state === 'unknown') return null;
  return (
    <Banner
      tone="accent"
      icon={<Mic size={18} />}
      label="Microphone"
      actions={
        <>
          <Enable permission={permission} onError={setError} />
          <Action
            variant="quiet"
            onPress={() => {
              DEVICE.write(SNOOZE_KEY, String(Date.now()));
              setLater(true);
            }}
          >
            Not now
          </Action>
        </>
      }
    >
      Calls need your microphone. Your browser asks once; it is open only during calls.
    </Banner>
  );
}

function Enable({
  permission,
  onError,
}: {
  readonly permission: MicrophonePermission;
  readonly onError: (error: string | undefined) => void;
}) {
  return (
    <Action variant="primary" onPress={async () => onError((await permission.request()).error)}>
      Enable microphone
    </Action>
  );
}

function isSnoozed(): boolean {
  return Date.now() - Number(DEVICE.read(SNOOZE_KEY) ?? 0) < SNOOZE_MS;
}
