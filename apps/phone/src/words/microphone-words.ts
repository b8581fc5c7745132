export interface MicrophoneWords {
  readonly headline: string;
  readonly hint: string;
}

/** What `getUserMedia` reported (a DOMException name) in words, told apart by what the browser remembers. */
export function microphoneWords(error: string, permission: PermissionState | 'unknown'): MicrophoneWords {
  switch (error) {
    case 'NotAllowedError':
      return permission === 'prompt'
        ? {
            headline: 'You dismissed the request',
            hint: 'Try again and choose “Allow” when your browser asks for the microphone.',
          }
        : { headline: 'Microphone is blocked for this site', hint: unblockSteps(permission) };
    case 'SecurityError':
    case 'InsecureContext':
      return { headline: 'Microphones need a secure page', hint: 'Open this phone over https:// or on localhost.' };
    case 'NotFoundError':
      return { headline: 'No microphone found', hint: 'Connect a microphone or a headset, then call again.' };
    case 'NotReadableError':
    case 'AbortError':
      return {
        headline: 'Another app is using the microphone',
        hint: 'Close the other app or choose another microphone.',
      };
    case 'OverconstrainedError':
      return {
        headline: 'That microphone is unplugged',
        hint: 'The default microphone is used from now on. Call again.',
      };
    default:
      return { headline: 'The microphone did not start', hint: 'Check that it is connected, then call again.' };
  }
}

function unblockSteps(permission: PermissionState | 'unknown'): string {
  const where = 'Click the icon to the left of the address';
  return permission === 'unknown'
    ? `${where}, allow the microphone, then call again.`
    : `${where} and allow the microphone. Nothing needs to be reloaded.`;
}
