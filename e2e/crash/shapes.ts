import { album, heldFile, socketDocument } from './shapes/files.ts';
import { greeting } from './shapes/groups.ts';
import { http } from './shapes/http.ts';
import { collect, interrupt, queue20, steer, stop } from './shapes/queues.ts';
import type { Shape } from './shapes/shape.ts';
import { socket, socketAbort, socketTools } from './shapes/sockets.ts';
import { subagents, subagentsStop } from './shapes/subagents.ts';
import { fork, rewind, rewindUnderWay } from './shapes/travels.ts';
import { workers, workersLost } from './shapes/workers.ts';
import {
  approval,
  compact,
  late,
  long,
  parallel,
  plain,
  reminder,
  status,
  stream,
  streamLong,
  tools,
} from './shapes/turns.ts';

export const shapes = {
  plain,
  tools,
  parallel,
  late,
  long,
  stream,
  streamLong,
  queue20,
  collect,
  steer,
  interrupt,
  stop,
  status,
  reminder,
  approval,
  compact,
  rewind,
  rewindUnderWay,
  fork,
  subagents,
  subagentsStop,
  workers,
  workersLost,
  socket,
  socketTools,
  socketAbort,
  socketDocument,
  heldFile,
  album,
  greeting,
  http,
} as const satisfies Readonly<Record<string, Shape>>;
export type ShapeName = keyof typeof shapes;
