export type { DialogRequest, DialogState } from './dialog.ts';
export {
  confirmDialog,
  createAck,
  createDialogRequest,
  dialogFromRequest,
  dialogFromResponse,
  receiveCSeq,
  refreshTarget,
  requestRoute,
} from './dialog.ts';
export type { DialogId } from './dialog-table.ts';
export { DialogTable } from './dialog-table.ts';
