export type { Binding, BindingChange, BindingRequest, StoredBinding } from './binding.ts';
export type { LocationService, LocationStore, LocationUpdate, UpdateResult } from './location-service.ts';
export {
  defaultLocationLimits,
  type LocationLimits,
  type MemoryLocationOptions,
  MemoryLocationService,
} from './memory-location-service.ts';
