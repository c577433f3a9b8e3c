export { createBaileysLibrary } from './baileys-library.ts';
export { type Bridge, type BridgeDeps, createBridge } from './bridge.ts';
export type { Connection, Library, Listener, Sending } from './library.ts';
