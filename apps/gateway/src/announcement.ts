import { bracketed } from '@ringback/sip-node';
import type { Gateway } from './gateway.ts';
import { NOT_BUILT } from './http/static-files.ts';
import { type GatewayOptions, VERSION } from './options.ts';
import type { Account } from './store/accounts.ts';

/** What a person and a program are told on stdout once everything is up. The last line is for programs. */
export function announcement(gateway: Gateway, options: GatewayOptions): string {
  const { webUrl, webSocketUrl, sipUri, sipPorts, plan } = gateway;
  const lines = [`Ringback ${VERSION}`, '', `  Phone        ${webUrl}/`];
  if (plan.upstream === undefined) {
    lines.push(`  Desk phones  ${bracketed(plan.advertisedSip)}, port ${sipPorts}, domain ${options.domain}`);
  } else {
    lines.push(`  SIP server   ${plan.upstream.uri}, domain ${options.domain}; sign in with an account of its own`);
  }
  const authority = plan.tls?.authority;
  if (authority !== undefined) {
    lines.push('', `  Each device must trust this gateway once: ${webUrl}/ca`, `  SHA-256 ${authority.fingerprint}`);
  }
  if (gateway.invitations.length > 0) {
    lines.push('', '  Sign in (each link works once, within 24 hours)');
    const width = Math.max(...gateway.invitations.map(({ account }) => titleOf(account).length));
    for (const { account, token } of gateway.invitations) lines.push(`    ${linkLine(account, webUrl, token, width)}`);
  }
  if (plan.upstream === undefined) {
    lines.push('', '  Another account or link  npm start -- --invite NAME');
    lines.push('  For a desk phone         npm start -- user add NAME');
  }
  if (plan.tls === undefined && !isOnThisMachine(webUrl)) {
    lines.push(
      '',
      '  Browsers give the microphone to pages of this machine or over https only: see --lan, --tls-cert.',
    );
  }
  return [...lines, '', `ready ${webUrl} ${webSocketUrl} ${sipUri}`, ''].join('\n');
}

/** What a person is told on stderr: the gateway runs, but something is missing. */
export function complaint({ built }: Gateway): string {
  return built ? '' : `ringback: ${NOT_BUILT}\n`;
}

/** `width`: of the column of names. */
export function linkLine(account: Account, webUrl: string, token: string, width = 0): string {
  return `${titleOf(account).padEnd(width)}  ${webUrl}/#t=${token}`;
}

function titleOf({ name, extension }: Account): string {
  return `${name} (${extension})`;
}

function isOnThisMachine(webUrl: string): boolean {
  return /^http:\/\/(127\.|\[::1\]|localhost)/.test(webUrl);
}
