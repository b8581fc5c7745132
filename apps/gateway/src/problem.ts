/** A condition that ends the program with one line a person can act on; anything else that is thrown is a defect. */
export class Problem extends Error {
  readonly exitCode: number;

  constructor(message: string, options: { readonly exitCode?: number; readonly cause?: unknown } = {}) {
    super(message, { cause: options.cause });
    this.name = 'Problem';
    this.exitCode = options.exitCode ?? 1;
  }
}

/** A flag or environment variable with a value that makes no sense. */
export class UsageProblem extends Problem {
  constructor(message: string) {
    super(message, { exitCode: 2 });
    this.name = 'UsageProblem';
  }
}

/** The `code` of a Node system error, e.g. `EADDRINUSE`. */
export function errorCode(error: unknown): string | undefined {
  if (!(error instanceof Error) || !('code' in error)) return undefined;
  return typeof error.code === 'string' ? error.code : undefined;
}

export function errorText(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
