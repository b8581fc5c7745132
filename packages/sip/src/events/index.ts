export {
  type ConferenceEndpoint,
  type ConferenceInfo,
  type ConferenceMedia,
  type ConferenceUser,
  conference,
} from './conference.ts';
export { type DialogInfo, type DialogParticipant, dialogInfo, type WatchedDialog } from './dialog-info.ts';
export type { EventBody, EventPackage, EventReading } from './event-package.ts';
export { type MessageCounts, type MessageSummary, messageSummary } from './message-summary.ts';
export { type Presence, type PresenceTuple, presence } from './presence.ts';
export { type ReferStatus, refer } from './refer.ts';
export { type RegInfo, reg, type WatchedContact, type WatchedRegistration } from './reg.ts';
export { readXml, type XmlElement, type XmlLimits, xml, xmlDocument, xmlLeaf, xmlText } from './xml.ts';
