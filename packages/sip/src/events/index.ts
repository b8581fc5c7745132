export type { EventBody, EventPackage, EventReading } from './event-package.ts';
