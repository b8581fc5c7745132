import { type Route, sendText } from './exchange.ts';
import { sendPage } from './security-headers.ts';

/** The certificate of our own authority, and how a device is told to trust it. */
export function authorityRoutes(authority: {
  readonly certificate: string;
  readonly fingerprint: string;
}): readonly [string, Route][] {
  return [
    ['GET /ca', ({ response }) => sendPage(response, (nonce) => authorityPage(authority.fingerprint, nonce))],
    ['GET /ca.crt', ({ response }) => sendText(response, 200, 'application/x-x509-ca-cert', authority.certificate)],
  ];
}

/** What a device in the local network must do once before it trusts this gateway. */
function authorityPage(fingerprint: string, nonce: string): string {
  const lines = fingerprint.match(/.{1,24}/g) ?? [fingerprint];
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>Trust this Ringback</title>
<style nonce="${nonce}">
:root { color-scheme: light dark; }
body { font: 16px/1.5 system-ui, sans-serif; max-width: 40rem; margin: 3rem auto; padding: 0 1rem; }
code { font-size: 0.875rem; overflow-wrap: anywhere; }
li { margin: 0.5rem 0; }
</style>
</head>
<body>
<h1>Trust this Ringback</h1>
<p>This gateway has a certificate authority of its own, made on its machine. A device that trusts it opens the phone
without a warning, and may use the microphone. The certificate itself limits the authority to private addresses, names
under <code>.local</code>, and the names and addresses of this machine: it cannot vouch for any other site.</p>
<p><a href="/ca.crt" download="ringback-ca.crt">Download the certificate</a></p>
<p>Compare its SHA-256 fingerprint with the one in the gateway's terminal:</p>
<p><code>${lines.join('<br>')}</code></p>
<ul>
<li><b>Windows</b>: open the file, <i>Install certificate</i>, store <i>Trusted Root Certification Authorities</i>.</li>
<li><b>macOS</b>: open the file with Keychain Access, then set it to <i>Always trust</i>.</li>
<li><b>iOS</b>: open the file, install the profile in Settings, then switch it on under
General, About, Certificate Trust Settings.</li>
<li><b>Android</b>: Settings, Security, Install a certificate, CA certificate.</li>
<li><b>Linux</b>: Chrome and Firefox import it in their settings, under Authorities.</li>
</ul>
</body>
</html>
`;
}
