/**
 * The tables of a SQLite home. Wrong states do not fit in: each CHECK, UNIQUE and FOREIGN KEY here is a sentence of
 * docs/durability. `node generate.ts` turns a change of these files into a migration.
 * Never loaded by a running gateway: statements are plain SQL, and only the row types are used.
 */
export { delta, run, step, call, approval } from './schema/run.ts';
export { outbound } from './schema/delivery.ts';
export {
  memory_chunk,
  memory_file,
  memory_reader,
  memory_vector,
  memory_version,
} from './schema/memory.ts';
export { purge } from './schema/purge.ts';
export { entry, event, inbound, seen, summary, tombstone } from './schema/queue.ts';
export {
  account,
  conversation,
  identity,
  lineage,
  link,
  pairing,
  person,
  rewound,
  session,
  store,
  token,
} from './schema/place.ts';
export { subagent } from './schema/subagent.ts';
export { worker_task } from './schema/worker-task.ts';
export {
  audit,
  blob,
  blob_use,
  call_reservation,
  kv,
  kv_once,
  fetched_media,
  media_film,
  media_text,
  reservation,
  schedule,
  spend,
  tally,
  usage,
} from './schema/values.ts';
export { pin } from './schema/pin.ts';
