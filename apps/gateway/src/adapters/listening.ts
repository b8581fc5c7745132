import { errorCode, errorText, Problem } from '../problem.ts';

/** What a socket failed to be opened for, told with the flag that changes it. */
export function cannotListen(error: unknown, what: string, host: string, port: number, flag: string): Problem {
  const where = `${host.includes(':') ? `[${host}]` : host}:${port}`;
  switch (errorCode(error)) {
    case 'EADDRINUSE':
      return new Problem(`port ${port} (${what}, ${where}) is taken; choose another with ${flag}`, { cause: error });
    case 'EACCES':
      return new Problem(
        `port ${port} (${what}) needs more rights than this user has; choose one from 1024 on with ${flag}`,
      );
    case 'EADDRNOTAVAIL':
      return new Problem(`${host} is not an address of this machine; choose another with --host`);
    default:
      return new Problem(`cannot listen on ${where} for ${what}: ${errorText(error)}`);
  }
}
