export { describeStore } from './describe-store.ts';
export type { OpenStore, StoreFixture } from './world.ts';
