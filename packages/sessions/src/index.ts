export { agentOf, buildSessionKey, type ChatPlace, toSessionKey } from './session-key.ts';
