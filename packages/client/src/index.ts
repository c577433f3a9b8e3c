export { type Backoff } from './backoff.ts';
export { type Client, type ClientInfo, type ClientOptions, createClient } from './client.ts';
export type { ClientState, Hello } from './client-state.ts';
export type { AgentEvent, ClientEvents, EventName } from './events.ts';
export type { Follow, FollowedSession, FollowOptions } from './follow.ts';
export type { Observable } from './observable.ts';
export type {
  FollowedRun,
  HistoryPage,
  PendingApproval,
  QueuedMessage,
  SessionView,
} from './session-fold.ts';
export {
  createWorker,
  type Worker,
  type WorkerOptions,
  type WorkerReports,
  type WorkerTask,
} from './worker/worker.ts';
export { createMemoryBuffer, type WorkerBuffer } from './worker/worker-buffer.ts';
export type { SocketConstructor, SocketLike } from './socket.ts';
