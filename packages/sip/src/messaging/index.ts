/** What instant messages carry besides text (RFC 3862, RFC 3994, RFC 5438). */

export {
  type Cpim,
  type CpimHeader,
  cpimEscape,
  cpimText,
  cpimValues,
  parseCpim,
  parseCpimAddress,
  printCpim,
  printCpimAddress,
} from './cpim.ts';
export {
  type DispositionRequest,
  type Imdn,
  imdnRequest,
  type Receipts,
  readImdn,
  readImdns,
  receiptsFor,
  writeImdn,
} from './imdn.ts';
export {
  type Composer,
  type ComposingWatch,
  composer,
  composingWatch,
  type IsComposing,
  isComposingType,
  readIsComposing,
  writeIsComposing,
} from './is-composing.ts';
