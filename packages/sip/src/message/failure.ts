import { err } from '../runtime/result.ts';

/** Why a piece of text is not what the grammar says. */
export interface SyntaxFailure {
  /** Offset in the text that was read. */
  readonly position: number;
  readonly detail: string;
}

export function syntaxFailure(position: number, detail: string): { readonly ok: false; readonly error: SyntaxFailure } {
  return err({ position, detail });
}
