export {
  agentOf,
  buildSessionKey,
  type ChatPlace,
  type NamedPlace,
  parseSessionKey,
  toSessionKey,
} from './session-key.ts';
