/**
 * A page from the public internet that connects to a server in the local network makes Chromium ask the person
 * (Local Network Access). A worker cannot show that question: the tab makes the first connection, before the engine.
 */
export async function askForLocalNetwork(server: string): Promise<void> {
  if (!URL.canParse(server)) return;
  const url = new URL(server);
  if (url.host === location.host || isLocal(location.hostname) || !(await willAsk())) return;
  await new Promise<void>((done) => {
    const socket = new WebSocket(url, 'sip');
    const settled = (): void => {
      socket.close();
      done();
    };
    socket.addEventListener('open', settled);
    socket.addEventListener('error', settled);
  });
}

/** This machine or the local network: a page from there may connect there without being asked. */
export function isLocal(host: string): boolean {
  if (/(?:^|\.)(?:localhost|local)$/i.test(host)) return true;
  if (/^(?:127|10)\.|^192\.168\.|^172\.(?:1[6-9]|2\d|3[01])\.|^169\.254\./.test(host)) return true;
  return /^\[(?:::1|f[cd]|fe[89ab])/i.test(host);
}

async function willAsk(): Promise<boolean> {
  for (const name of ['local-network', 'loopback-network', 'local-network-access']) {
    try {
      const status = await navigator.permissions.query({ name: name as PermissionName });
      if (status.state === 'prompt') return true;
    } catch {
      // This browser does not know the permission: nothing will be asked under that name.
    }
  }
  return false;
}
