export { OfflineOptions } from './options.ts';
export { createOffline } from './provider.ts';
